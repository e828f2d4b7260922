import DurableActors

/// Runs what blocks its thread on a thread of its own, so that Swift's pool stays free for what is waited for.
func offPool(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
        NativeThread.start {
            body()
            continuation.resume()
        }
    }
}
