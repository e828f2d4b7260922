import Glibc
import Sandbox

/// Requests: from lines to operations, and their answers.
extension Supervisor {
    func receive(from client: ClientConnection, _ number: Int) {
        for line in client.receive() where !client.ending {
            handle(line, client, number)
        }
    }

    private func handle(_ line: [UInt8], _ client: ClientConnection, _ number: Int) {
        var answer = SupervisorResponse()
        do {
            // A line whose id cannot be read is answered under -1.
            answer.id = (try? WireCoding.value(RequestId.self, from: line))?.id ?? -1
            let request: SupervisorRequest = try WireCoding.value(from: line)
            guard client.greeted || request.op == .hello else {
                throw SandboxError(.invalidRequest, "The handshake comes first.")
            }
            let reply = Reply(connection: number, request: request.id)
            guard try perform(request, client, reply, &answer) else { return }
        } catch let error as SandboxError {
            answer.error = error
        } catch {
            answer.error = SandboxError(.systemFailure, "\(error)")
        }
        client.send(answer)
    }

    /// The part of a request that is worth knowing even when the rest is malformed.
    private struct RequestId: Decodable {
        let id: Int
    }

    /// Does what is asked; false when the answer comes later or not at all.
    private func perform(
        _ request: SupervisorRequest,
        _ client: ClientConnection,
        _ reply: Reply,
        _ answer: inout SupervisorResponse
    ) throws -> Bool {
        switch request.op {
        case .hello:
            try greet(request, client)
            answer.version = SupervisorRequest.protocolVersion
            answer.supervisor = process
        case .isolation:
            answer.isolation = isolation(user: nil)
            answer.supervisor = process
        case .spawn: answer.sandbox = try spawn(request)
        case .start: answer.process = try start(request)
        case .get: answer.process = try existing(try key(of: request), request)
        case .list: answer.processes = try list(request)
        case .kill: answer.process = try kill(request)
        case .read:
            try read(request, client, reply)
            return false
        case .cancel:
            cancel(reply, client)
            return false
        case .destroy:
            destroy(try name(of: request), reply)
            return false
        }
        return true
    }

    private func greet(_ request: SupervisorRequest, _ client: ClientConnection) throws {
        guard request.version == SupervisorRequest.protocolVersion else {
            client.end()
            throw SandboxError(
                .incompatibleSupervisor,
                "This supervisor speaks version \(SupervisorRequest.protocolVersion) of the protocol."
            )
        }
        client.greeted = true
    }

    func name(of request: SupervisorRequest) throws -> SafeName {
        guard let id = request.sandbox else { throw SandboxError(.invalidRequest, "A sandbox id is missing.") }
        return try SafeName(id)
    }

    func key(of request: SupervisorRequest) throws -> JobKey {
        guard let id = request.process else { throw SandboxError(.invalidRequest, "A process id is missing.") }
        return JobKey(sandbox: try name(of: request), job: try SafeName(id))
    }

    /// The record of a job, running or ended; throws `unknownProcess` when there is none.
    func existing(_ key: JobKey, _ request: SupervisorRequest) throws -> ProcessRecord {
        if let record = try found(key) { return record }
        throw SandboxError(
            .unknownProcess,
            "Sandbox \(request.sandbox ?? "") has no process \(request.process ?? "")."
        )
    }

    func found(_ key: JobKey) throws -> ProcessRecord? {
        if let job = jobs[key] { return job.record }
        return try state.job(key)?.process
    }

    /// A page of records from the request's offset on, bounded so that it fits a line.
    private func list(_ request: SupervisorRequest) throws -> [ProcessRecord] {
        let sandbox = try name(of: request)
        let keys = state.jobNames(sandbox.text).compactMap(SafeName.init(escaped:))
        let all = keys.compactMap { job -> ProcessRecord? in
            // An unreadable record is reported by whoever asks for that very process.
            try? found(JobKey(sandbox: sandbox, job: job))
        }
        let sorted = all.sorted { ($0.startedAt, $0.id) < ($1.startedAt, $1.id) }
        var page: [ProcessRecord] = []
        var bytes = 0
        for record in sorted.dropFirst(max(0, request.offset ?? 0)) where bytes < SandboxLimits.commandBytes {
            page.append(record)
            bytes += record.command.utf8.count + 512
        }
        return page
    }

    func answer(_ reply: Reply, _ fill: (inout SupervisorResponse) -> Void) {
        guard let client = connections[reply.connection] else { return }
        var response = SupervisorResponse(id: reply.request)
        fill(&response)
        client.send(response)
    }
}
