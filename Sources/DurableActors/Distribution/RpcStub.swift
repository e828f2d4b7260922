/// An object that is handed to others by reference: they get stubs of it, it stays where it was made.
///
/// An actor or a class that is `Sendable`. Its methods run where it was made: in a durable object as events of that.
public protocol RpcTarget: AnyObject, Sendable {
    /// Runs once, where the target was made, when the last stub is gone; not when the object there was reset before.
    func disposed() async
}

extension RpcTarget {
    /// The default: nothing.
    public func disposed() async {}
}

/// A handle of an `RpcTarget`, as a parameter or result of distributed methods.
///
/// Order, gates, ownership and life are those of `RpcCallback`. It stays within a process, as the closures do that call
/// it: for an object on another node use an `RpcCallback`, whose argument and result can travel.
///
/// ```swift
/// distributed func makeCounter() -> RpcStub<Counter> { RpcStub(Counter()) }
///
/// let counter = try await stub.makeCounter()
/// let five = try await counter.call { try await $0.increment(5) }
/// ```
public struct RpcStub<Target: RpcTarget>: Sendable {
    private let handle: RpcHandle<Target>

    /// Makes the first stub of a target, in the context that the target is to run in.
    public init(_ target: Target) {
        handle = RpcHandle(target, onDisposed: { await target.disposed() })
    }

    private init(_ handle: RpcHandle<Target>) { self.handle = handle }

    /// Calls the target where it lives, as one event there, and waits for the result.
    ///
    /// The closure is what is sent: it runs there too, so let it do no more than call the target.
    public func call<Output: Sendable>(
        _ work: @escaping @Sendable (Target) async throws -> Output
    ) async throws -> Output {
        try await handle.call { target in .here { try await work(target) } }
    }

    /// Another stub of the same target, to be disposed on its own; throws when this one is disposed.
    public func dup() throws -> RpcStub { RpcStub(try handle.dup()) }

    /// Gives the stub up: later calls throw; those that have begun go on.
    public func dispose() { handle.dispose() }
}

extension RpcStub: RpcCarrier {
    /// A stub of its own for whoever receives the call.
    public func received(in receipt: RpcReceipt) throws -> RpcStub { RpcStub(try receipt.receive(handle)) }
}

/// Stubs go between the objects of a process as they are; what calls them is a closure, which stays there.
extension RpcStub: Codable {
    /// Throws: a stub is handed over, not decoded.
    public init(from decoder: any Decoder) throws { throw DurableObjectError.notSerializable("RpcStub") }

    /// Throws: a stub is handed over, not encoded.
    public func encode(to encoder: any Encoder) throws { throw DurableObjectError.notSerializable("RpcStub") }
}
