import CLinux
import Foundation
import Glibc
import Locks

/// The connection of a client to its supervisor, kept up by a thread of its own.
///
/// Callers touch only `state`, under its mutex and for moments, and the wake-up descriptor; the thread alone touches
/// sockets, starts supervisors and blocks. It connects when there are requests to send, sends unanswered requests
/// again after a lost connection, and fails them all when no supervisor can be reached or started. Continuations are
/// resumed outside the mutex, each by whoever took it out of `state`, hence exactly once.
final class SupervisorLink: Sendable {
    typealias Waiter = CheckedContinuation<SupervisorResponse, any Error>

    let configuration: SupervisorConfiguration
    private let state = Mutex(LinkState<Waiter>())
    private let started = Mutex(false)
    private let wake: Descriptor

    init(configuration: SupervisorConfiguration) throws(SandboxError) {
        self.configuration = configuration
        do {
            wake = try Descriptor.adopt(da_event_descriptor(), "eventfd")
        } catch {
            throw SandboxError(.systemFailure, "\(error)")
        }
    }

    /// Sends a request and awaits its answer; cancelling the task ends the wait.
    func call(_ request: SupervisorRequest) async throws -> SupervisorResponse {
        var request = request
        request.id = state.withLock { $0.reserveId() }
        let id = request.id
        let line = try WireCoding.line(request)
        guard line.count <= SandboxLimits.lineBytes else {
            throw SandboxError(.invalidRequest, "A request may have at most \(SandboxLimits.lineBytes) bytes.")
        }
        let response = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (waiter: Waiter) in
                submit(id, line: line, waiter: waiter)
                // A cancellation before the submission found nothing to cancel, so it is looked for again here.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
        if let error = response.error { throw error }
        return response
    }

    /// Ends the thread and all waiting calls.
    func close() {
        let waiters = state.withLock { $0.close() }
        da_event_signal(wake.number)
        fail(waiters, SandboxError(.closed, "The sandbox client was closed."))
    }

    private func submit(_ id: Int, line: [UInt8], waiter: Waiter) {
        if let refused = state.withLock({ $0.submit(id, line: line, waiter: waiter) }) {
            return refused.resume(throwing: SandboxError(.closed, "The sandbox client was closed."))
        }
        let isFirst = started.withLock { started in
            defer { started = true }
            return !started
        }
        if isFirst { Thread.detachNewThread { self.run() } }
        da_event_signal(wake.number)
    }

    private func cancel(_ id: Int) {
        // A cancel line is a constant shape; without it the supervisor merely answers a request nobody awaits.
        let line = (try? WireCoding.line(SupervisorRequest(.cancel, id: id))) ?? []
        guard let waiter = state.withLock({ $0.cancel(id, line: line) }) else { return }
        da_event_signal(wake.number)
        waiter.resume(throwing: CancellationError())
    }

    private func fail(_ waiters: [Waiter], _ error: SandboxError) {
        for waiter in waiters { waiter.resume(throwing: error) }
    }

    // MARK: The thread

    private func run() {
        let connector = SupervisorConnector(configuration: configuration)
        while waitForRequests() {
            do {
                let connection = try connector.connect()
                let exhausted = state.withLock { $0.connectionOpened() }
                fail(exhausted, SandboxError(.supervisorUnavailable, "The supervisor went away repeatedly."))
                serve(connection)
                state.withLock { $0.connectionLost() }
            } catch {
                fail(state.withLock { $0.failAll() }, error)
            }
        }
    }

    /// Sleeps until there is something to send; false once the client is closed.
    private func waitForRequests() -> Bool {
        while true {
            let (closed, wanted) = state.withLock { ($0.closed, $0.hasRequests) }
            if closed { return false }
            if wanted { return true }
            var set = PollSet()
            set.add(wake)
            // A failed wait only brings the next look at the state forward.
            try? set.wait(milliseconds: nil)
            da_event_drain(wake.number)
        }
    }

    /// Carries requests and answers until the connection or the client ends.
    private func serve(_ connection: Descriptor) {
        var framer = LineFramer(limit: SandboxLimits.lineBytes * 4)
        while true {
            let (closed, writing) = state.withLock { ($0.closed, $0.hasOutgoing) }
            if closed { return }
            var set = PollSet()
            set.add(wake)
            let place = set.add(connection, writing: writing)
            do {
                try set.wait(milliseconds: nil)
                da_event_drain(wake.number)
                if writing, set.canWrite(place) { try send(over: connection) }
                if set.canRead(place), try !receive(from: connection, &framer) { return }
            } catch {
                return
            }
        }
    }

    private func send(over connection: Descriptor) throws {
        let bytes = state.withLock { $0.takeOutgoing() }
        let count = try connection.send(bytes[...])
        state.withLock { $0.keep(bytes[count...]) }
    }

    private func receive(from connection: Descriptor, _ framer: inout LineFramer) throws -> Bool {
        switch try connection.read() {
        case .nothingYet: return true
        case .end: return false
        case .bytes(let bytes):
            for line in try framer.feed(bytes) {
                let response: SupervisorResponse = try WireCoding.value(from: line)
                state.withLock { $0.answered(response.id) }?.resume(returning: response)
            }
            return true
        }
    }
}
