internal import Locks

/// A body that was started in a simulated world.
public final class SimulatedTask<Value: Sendable>: Sendable {
    private let slot = Mutex<Result<Value, any Error>?>(nil)

    init() {}

    /// How the body ended; nil while it has not.
    public var result: Result<Value, any Error>? { slot.withLock { $0 } }

    /// The error it ended with, where it is of that type.
    public func failure<Failure: Error>(as type: Failure.Type = Failure.self) -> Failure? {
        guard case .failure(let error) = result else { return nil }
        return error as? Failure
    }

    func end(_ result: Result<Value, any Error>) { slot.withLock { $0 = result } }
}
