internal import Locks

/// A value that may carry handles, each of which belongs to whoever receives the value.
///
/// A type of the application that has handles as members conforms by receiving each of them; else the handles in it are
/// shared with the caller, and end when nothing refers to them.
public protocol RpcCarrier: Codable, Sendable {
    /// The same value with handles of its own, made by receiving each member that carries some.
    func received(in receipt: RpcReceipt) throws -> Self
}

/// What one call has received: the handles that are disposed when it returns.
///
/// Isolation: any thread.
public final class RpcReceipt: Sendable {
    private struct Held {
        let handle: ObjectIdentifier
        let dispose: @Sendable () -> Void
    }

    private let held = Mutex<[Held]>([])
    /// Whether it only notes which handles there are, as for a result, which its receiver owns.
    let onlyNotes: Bool

    init(onlyNotes: Bool = false) { self.onlyNotes = onlyNotes }

    func receive<Content>(_ handle: RpcHandle<Content>) throws -> RpcHandle<Content> {
        let received = onlyNotes ? handle : try handle.dup()
        held.withLock { $0.append(Held(handle: ObjectIdentifier(received), dispose: { received.dispose() })) }
        return received
    }

    /// Disposes what was received, but not what the result carries away.
    func dispose(keepingThoseIn result: Any) {
        let held = held.withLock { held in
            defer { held = [] }
            return held
        }
        let kept = Self.handles(in: result)
        for each in held where !kept.contains(each.handle) { each.dispose() }
    }

    private static func handles(in result: Any) -> Set<ObjectIdentifier> {
        guard let carrier = result as? any RpcCarrier else { return [] }
        let receipt = RpcReceipt(onlyNotes: true)
        do {
            _ = try carrier.received(in: receipt)
        } catch {
            // A carrier of the application refused: what it had named until then is kept.
        }
        return receipt.held.withLock { Set($0.map(\.handle)) }
    }

    /// Calls a body with an argument whose handles are disposed when it returns.
    static func run<Argument, Output>(
        _ argument: Argument,
        _ body: (Argument) async throws -> Output
    ) async throws -> Output {
        let receipt = RpcReceipt()
        let received = try receipt.receive(argument)
        do {
            let output = try await body(received)
            receipt.dispose(keepingThoseIn: output)
            return output
        } catch {
            receipt.dispose(keepingThoseIn: ())
            throw error
        }
    }

    /// The value with handles of the receiver's own, where it carries any.
    func receive<Value>(_ value: Value) throws -> Value {
        guard let carrier = value as? any RpcCarrier else { return value }
        return try carrier.received(in: self) as? Value ?? value
    }

    /// Gives the receiver of a call handles of its own; nil when no argument carries any.
    static func receive(_ invocation: inout Invocation) throws -> RpcReceipt? {
        guard invocation.arguments.contains(where: { $0.type is any RpcCarrier.Type }) else { return nil }
        let receipt = RpcReceipt()
        try invocation.replaceArguments { argument in
            guard let carrier = argument.value as? any RpcCarrier else { return argument }
            return Invocation.Argument(try carrier.received(in: receipt), as: argument.type)
        }
        return receipt
    }
}

extension Optional: RpcCarrier where Wrapped: RpcCarrier {
    /// The handle in it, if any, as the receiver's own.
    public func received(in receipt: RpcReceipt) throws -> Wrapped? { try map { try $0.received(in: receipt) } }
}

extension Array: RpcCarrier where Element: RpcCarrier {
    /// Each handle in it as the receiver's own.
    public func received(in receipt: RpcReceipt) throws -> [Element] { try map { try $0.received(in: receipt) } }
}
