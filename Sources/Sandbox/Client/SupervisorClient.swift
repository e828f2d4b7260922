/// Sandboxes kept by a supervisor process that outlives this one.
///
/// The supervisor is started with the first call when none listens, and goes on when this process ends, even by
/// SIGKILL; a later client finds its processes, their output and their exits. No call blocks its thread. A call whose
/// connection is lost is repeated over a new one; processes that ran when a supervisor itself died are reported as
/// failed with a reason. Letting go of the client and of its sandboxes closes the connection and nothing else.
public final class SupervisorClient: SandboxNamespace {
    let link: SupervisorLink

    /// Makes a client; the connection is made with the first call.
    public init(_ configuration: SupervisorConfiguration) throws(SandboxError) {
        link = try SupervisorLink(configuration: configuration)
    }

    deinit {
        link.close()
    }

    /// The sandbox of the given name; nothing is created before its first use.
    public func get(_ id: String) -> any Sandbox {
        RemoteSandbox(id: id, client: self)
    }

    /// What separates sandboxes from the rest of this machine, and what does not; for a host to print at its start.
    public func isolationReport() async throws -> [IsolationAspect] {
        try await link.call(SupervisorRequest(.isolation)).isolation ?? []
    }

    /// The process id of the supervisor, starting one if none runs.
    public func supervisorProcessId() async throws -> Int32 {
        let answer = try await link.call(SupervisorRequest(.isolation))
        guard let supervisor = answer.supervisor else {
            throw SandboxError(.incompatibleSupervisor, "The supervisor did not tell its process id.")
        }
        return supervisor
    }

    /// Ends the connection and all waiting calls; commands go on.
    public func close() {
        link.close()
    }
}
