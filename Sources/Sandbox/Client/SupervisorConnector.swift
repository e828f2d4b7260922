import CLinux
import Glibc

/// Reaches the supervisor, starting one when none answers; blocks, on the link's own thread.
struct SupervisorConnector {
    let configuration: SupervisorConfiguration

    /// A connection over which the handshake has succeeded.
    func connect() throws(SandboxError) -> Descriptor {
        var failure = SandboxError(.supervisorUnavailable, "No attempt was made.")
        for attempt in 0..<SandboxLimits.connectAttempts {
            do {
                let connection = try open()
                try handshake(connection)
                return connection
            } catch let error where error.code == .incompatibleSupervisor {
                throw error
            } catch {
                failure = error
            }
            // Losing the race against another starter is no failure: the next attempt reaches the winner.
            if attempt > 0 { pause(milliseconds: 25 << attempt) }
        }
        throw failure
    }

    private func open() throws(SandboxError) -> Descriptor {
        if let connection = attach() { return connection }
        let cause = errno
        if cause == ENOENT || cause == ECONNREFUSED {
            try SupervisorStarter(configuration: configuration).start()
            if let connection = attach() { return connection }
        }
        throw SandboxError(
            .supervisorUnavailable,
            "\(SystemError("connect \(configuration.socketPath)", code: errno))"
        )
    }

    private func attach() -> Descriptor? {
        // safe because the string's bytes outlive the call.
        let number = unsafe da_unix_connect(configuration.socketPath)
        return number < 0 ? nil : Descriptor(number)
    }

    private func handshake(_ connection: Descriptor) throws(SandboxError) {
        var hello = SupervisorRequest(.hello)
        hello.version = SupervisorRequest.protocolVersion
        let answer: SupervisorResponse
        do {
            _ = try connection.send(try WireCoding.line(hello)[...])
            answer = try WireCoding.value(from: try readLine(connection))
        } catch {
            throw SandboxError(.supervisorUnavailable, "The supervisor did not answer the handshake: \(error)")
        }
        if let error = answer.error { throw error }
        guard answer.version == SupervisorRequest.protocolVersion else {
            throw SandboxError(.incompatibleSupervisor, "The supervisor speaks another version of the protocol.")
        }
    }

    private func readLine(_ connection: Descriptor) throws -> [UInt8] {
        var framer = LineFramer()
        while true {
            var set = PollSet()
            let place = set.add(connection)
            try set.wait(milliseconds: SandboxLimits.handshakeMilliseconds)
            guard set.canRead(place) else { throw SystemError("handshake", code: ETIMEDOUT) }
            guard case .bytes(let bytes) = try connection.read() else {
                throw SystemError("handshake", code: ECONNRESET)
            }
            if let line = try framer.feed(bytes).first { return line }
        }
    }

    private func pause(milliseconds: Int) {
        var nothing = PollSet()
        // A failed wait only shortens the pause.
        try? nothing.wait(milliseconds: milliseconds)
    }
}
