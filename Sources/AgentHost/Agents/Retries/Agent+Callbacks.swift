internal import Distributed
internal import DurableActors

/// How schedules and the queue call methods.
extension Agent {
    /// The method of a name that schedules and the queue may call.
    private func callback(_ name: String) -> Callable<Self>? { core.callbacks[name] ?? core.callables[name] }

    func checkCallback(_ name: String, _ retry: RetryOptions?) throws {
        guard callback(name) != nil else { throw DurableObjectError.typeError("this.\(name) is not a function") }
        _ = try RetryPolicy(retry, defaults: Self.options.retry)
    }

    /// Calls a row's method until it succeeds or may be tried no more, which `onError` is told.
    ///
    /// Throws when this life of the agent is over, and what is to be tried by others than this.
    func perform(
        _ row: some StoredCall,
        as kind: String,
        isForOthers: (any Error) -> Bool = { _ in false }
    ) async throws {
        guard let callback = callback(row.callback) else { return log.error("callback \(row.callback) not found") }
        let (arguments, policy): ([JSONValue], RetryPolicy)
        do {
            arguments = [try row.value(), try JSONValue(encoding: row)]
            policy = try RetryPolicy(row.retry(), defaults: Self.options.retry)
        } catch {
            failed(row, kind, error, attempts: 0)
            // As in the SDK, where a schedule that cannot be read is told by its event alone.
            if kind == "queue" { await report(error) }
            return
        }
        if kind == "schedule" { emit("schedule:execute", row.event) }
        do {
            try await run(policy) { attempt in
                if attempt > 1 {
                    var event = row.event
                    event["attempt"] = .integer(Int64(attempt))
                    event["maxAttempts"] = .integer(Int64(policy.maxAttempts))
                    emit("\(kind):retry", event)
                }
                try await call(callback, arguments)
            }
        } catch {
            try ctx.incarnation.check()
            if isForOthers(error) { throw error }
            failed(row, kind, error, attempts: Int64(policy.maxAttempts))
            await report(error)
        }
    }

    private func call(_ callback: Callable<Self>, _ arguments: [JSONValue]) async throws {
        guard case .answering(let invoke) = callback.body else {
            throw DurableObjectError.typeError("\(callback.name) answers in pieces, which nobody would take here")
        }
        _ = try await invoke(self, arguments)
    }

    private func failed(_ row: some StoredCall, _ kind: String, _ error: any Error, attempts: Int64) {
        var event = row.event
        event["error"] = .string(String(describing: error))
        event["attempts"] = .integer(attempts)
        emit("\(kind):error", event)
        log.error("\(Self.className) \(name): \(row.callback) failed: \(error)")
    }
}
