import FoundationEssentials
import Glibc
import Sandbox

/// Output: the file is the only source, so history and news are served alike and a slow client costs no memory.
extension Supervisor {
    func read(_ request: SupervisorRequest, _ client: ClientConnection, _ reply: Reply) throws {
        let key = try key(of: request)
        _ = try existing(key, request)
        guard let offset = request.offset, offset >= 0 else {
            throw SandboxError(.invalidRequest, "A read needs an offset that is not negative.")
        }
        guard client.waits < SandboxLimits.waitsPerConnection else {
            throw SandboxError(.limitReached, "This connection awaits too much output at once.")
        }
        client.waits += 1
        waits[key, default: []].append(OutputWait(reply: reply, offset: offset))
        serve(key)
    }

    func cancel(_ reply: Reply, _ client: ClientConnection) {
        for key in Array(waits.keys) {
            guard
                let place = waits[key]?.firstIndex(where: {
                    $0.reply.connection == reply.connection && $0.reply.request == reply.request
                })
            else { continue }
            waits[key]?.remove(at: place)
            client.waits -= 1
            if waits[key]?.isEmpty == true { waits[key] = nil }
            return
        }
    }

    /// Answers everyone who waits for what a job now has.
    func serve(_ key: JobKey) {
        guard let waiting = waits.removeValue(forKey: key) else { return }
        let record: ProcessRecord?
        var failure: SandboxError?
        do {
            record = try found(key)
        } catch {
            record = nil
            failure = SandboxError(.systemFailure, "\(error)")
        }
        var remaining: [OutputWait] = []
        for wait in waiting {
            guard let client = connections[wait.reply.connection] else { continue }
            if client.isFull {
                client.heldBack = true
                remaining.append(wait)
            } else if let record, record.status == .running, wait.offset >= record.outputBytes {
                remaining.append(wait)
            } else {
                client.waits -= 1
                answer(wait.reply) { fill(&$0, key, record, failure, from: wait.offset) }
            }
        }
        if !remaining.isEmpty { waits[key] = remaining }
    }

    private func fill(
        _ response: inout SupervisorResponse,
        _ key: JobKey,
        _ record: ProcessRecord?,
        _ failure: SandboxError?,
        from offset: Int
    ) {
        guard let record else {
            response.error = failure ?? SandboxError(.unknownProcess, "The process was destroyed with its sandbox.")
            return
        }
        guard offset < record.outputBytes else {
            response.process = record
            return
        }
        do {
            let file = try Descriptor.open(state.output(key), O_RDONLY)
            let length = min(SandboxLimits.pieceBytes, record.outputBytes - offset)
            guard case .bytes(let bytes) = try file.read(at: offset, upTo: length) else {
                throw SystemError("read", code: EIO)
            }
            response.piece = .init(offset: offset, data: Data(bytes), stream: .merged)
        } catch {
            response.error = SandboxError(.systemFailure, "The output cannot be read: \(error)")
        }
    }
}
