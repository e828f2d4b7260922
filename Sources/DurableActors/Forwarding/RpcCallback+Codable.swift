/// How callbacks travel between nodes: the closure stays, its number goes, and calls come back.
///
/// A node that was given one and hands it on is called by the next, and calls on: it does not leave the way. The types
/// of argument and result must be `Codable`, or `Void`.
extension RpcCallback: Codable {
    /// Takes up a callback of another node; throws elsewhere.
    public init(from decoder: any Decoder) throws {
        let carrier = try decoder.handleCarrier(for: "RpcCallback")
        let callee = try carrier.callee(try decoder.singleValueContainer().decode(UInt64.self))
        self.init(RpcHandle(elsewhere: .elsewhere(callee)))
    }

    /// Gives another node a handle of its own; throws elsewhere, and where the handle is disposed.
    public func encode(to encoder: any Encoder) throws {
        let carrier = try encoder.handleCarrier(for: "RpcCallback")
        try carrier.check(Argument.self)
        try carrier.check(Result.self)
        let number = try carrier.export(ExportedCallback(RpcCallback(try handle.exported())))
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

/// A callback as another node calls it; it has a handle of its own.
private final class ExportedCallback<Argument: Sendable, Output: Sendable>: ExportedCallee {
    private let callback: RpcCallback<Argument, Output>

    init(_ callback: RpcCallback<Argument, Output>) { self.callback = callback }

    func call(
        _ message: [UInt8],
        carrying handles: any HandleCarrier,
        answer: @escaping @Sendable (Result<[UInt8], any Error>) -> Void
    ) {
        do {
            let argument = try handles.decode(Argument.self, from: message)
            let executor = handles.host.world.scheduler.taskExecutor
            callback.handle.receive(on: executor, { RpcCallback.work($0, argument) }) { outcome in
                answer(outcome.flatMap { output in Result { try handles.encode(output) } })
            }
        } catch {
            answer(.failure(error))
        }
    }

    func letGo() { callback.dispose() }
}
