/// A closure that can be handed to methods of objects, and returned by them, without leaving where it was made.
///
/// Calling it is a call back into the context that made it. Made in an object, the call is an event of that object: it
/// waits at its input gate, but belongs to the critical section in which the object made it or handed it out; the handle
/// keeps the object in memory, and fails with the reset's error when the object is reset. Made outside of objects, the
/// closure simply runs. Calls through one handle begin in the order in which they were made; one of an object waits for that
/// object's output gate. Errors of the closure reach the caller as they are.
///
/// Copies of the value are the same handle. It ends by `dispose`, or when no copy is left. A method that receives one as
/// a parameter has a handle of its own, which is disposed when the call returns: to keep it, `dup()` it. A handle that a
/// method returns is the caller's. That holds for handles in optionals and arrays too, and in types that
/// conform to `RpcCarrier`.
///
/// An object on another node calls it as one here, if argument and result are `Codable` or `Void`. When the link to it is
/// lost the handles there end: calls of theirs throw "Network connection lost.", and the disposer runs.
///
/// ```swift
/// distributed func watch(_ changed: RpcCallback<Int, Void>) async throws {
///     watchers.append(try changed.dup())
/// }
/// try await stub.watch(RpcCallback { number in print(number) })
/// ```
public struct RpcCallback<Argument: Sendable, Result: Sendable>: Sendable {
    /// What runs when it is called.
    public typealias Body = @Sendable @isolated(any) (Argument) async throws -> Result

    /// What a handle refers to.
    enum Callee: Sendable {
        case here(Body)
        case elsewhere(any RemoteCallee)
    }

    let handle: RpcHandle<Callee>

    /// What runs once, in the context that made the handle, when the last handle of the closure is gone.
    public typealias Disposer = @Sendable @isolated(any) () async -> Void

    /// Makes a handle of a closure; written in an object's method, it may use the object as the method does.
    public init(@_inheritActorContext _ body: @escaping Body) {
        handle = RpcHandle(.here(body), onDisposed: nil)
    }

    /// Makes a handle of a closure and tells once when its last handle is gone; not when its object was reset before.
    public init(@_inheritActorContext _ body: @escaping Body, @_inheritActorContext onDisposed: @escaping Disposer) {
        handle = RpcHandle(.here(body), onDisposed: { await onDisposed() })
    }

    init(_ handle: RpcHandle<Callee>) { self.handle = handle }

    /// Calls the closure where it was made and waits for its result.
    ///
    /// Cancelling the caller does not stop a closure that was made in an object. Throws "RPC stub used after being
    /// disposed." when the handle is.
    public func callAsFunction(_ argument: Argument) async throws -> Result {
        try await handle.call { Self.work($0, argument) }
    }

    static func work(_ callee: Callee, _ argument: Argument) -> RpcWork<Result> {
        switch callee {
        case .here(let body):
            .here {
                guard argument is any RpcCarrier else { return try await body(argument) }
                return try await RpcReceipt.run(argument, body)
            }
        case .elsewhere(let callee):
            .elsewhere { answer in
                callee.call({ try $0.encode(argument) }) { outcome in
                    answer(outcome.flatMap { reply in .init { try reply.handles.decode(from: reply.bytes) } })
                }
            }
        }
    }

    /// Another handle of the same closure, to be disposed on its own; throws when this one is disposed.
    public func dup() throws -> RpcCallback { RpcCallback(try handle.dup()) }

    /// Gives the handle up: later calls throw; those that have begun go on.
    public func dispose() { handle.dispose() }
}

extension RpcCallback where Argument == Void {
    /// Calls the closure where it was made and waits for its result.
    public func callAsFunction() async throws -> Result { try await callAsFunction(()) }
}

extension RpcCallback: RpcCarrier {
    /// A handle of its own for whoever receives the call.
    public func received(in receipt: RpcReceipt) throws -> RpcCallback {
        RpcCallback(try receipt.receive(handle))
    }
}
