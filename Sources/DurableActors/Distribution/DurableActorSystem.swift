public import Distributed
internal import struct Synchronization.Atomic

/// What makes objects distributed actors: it turns a call on a stub into an event of the object, wherever that lives.
///
/// Every stub is a remote proxy, in process too, so each call passes `remoteCall`: activation, the input gate and the
/// caller's output gate are met there and nowhere else.
public final class DurableActorSystem: DistributedActorSystem {
    /// The identity of an object.
    public typealias ActorID = ObjectReference
    /// Takes the arguments.
    public typealias InvocationEncoder = Invocation
    /// Gives the arguments.
    public typealias InvocationDecoder = Invocation
    /// Takes the result.
    public typealias ResultHandler = ResultBox
    /// What arguments and results must be.
    public typealias SerializationRequirement = any Codable & Sendable

    package let host: HostCore
    /// The cell for which an object is being made with this system; nil in the system that stubs use.
    private let startingCell: ObjectCell?
    /// Whether calls without generic parameters too go the standard library's way, to compare the two.
    private let callsGenerally: Bool

    package init(host: HostCore, startingCell: ObjectCell? = nil, callsGenerally: Bool = false) {
        self.host = host
        self.startingCell = startingCell
        self.callsGenerally = callsGenerally
    }

    /// Always nil, so that resolving gives a stub.
    public func resolve<Act: DistributedActor>(id: ActorID, as actorType: Act.Type) throws -> Act? { nil }

    /// The identity of the object that is being made; one system makes one object.
    public func assignID<Act: DistributedActor>(_ actorType: Act.Type) -> ActorID {
        guard let startingCell else {
            preconditionFailure("Objects are made by their namespace: use a stub, not \(actorType).init.")
        }
        return ObjectReference(cell: startingCell, link: nil)
    }

    /// Nothing to do: the cell holds the object.
    public func actorReady<Act: DistributedActor>(_ actor: Act) {}

    /// Nothing to do: the cell let go of the object.
    public func resignID(_ id: ActorID) {}

    /// A fresh recording of arguments.
    public func makeInvocationEncoder() -> Invocation { Invocation(isGeneral: callsGenerally) }

    /// Delivers a call to the object and waits for its answer.
    ///
    /// The answer comes once everything the object had written before it is durable. Errors of the method pass the
    /// same gate. Cancelling the caller does not stop the callee.
    @inlinable
    public func remoteCall<Act, Err, Res>(
        on actor: Act,
        target: RemoteCallTarget,
        invocation: inout Invocation,
        throwing errorType: Err.Type,
        returning returnType: Res.Type
    ) async throws -> Res
    where Act: DistributedActor, Act.ID == ActorID, Err: Error, Res: Codable & Sendable {
        let result = try await deliver(actor.id, target.identifier, &invocation, returning: returnType)
        let size = RpcSize.of(result)
        if size > RpcSize.limit { throw RpcSize.exceeded(size, remote: true) }
        return result
    }

    /// Delivers a call without a result to the object and waits until it has run.
    @inlinable
    public func remoteCallVoid<Act, Err>(
        on actor: Act,
        target: RemoteCallTarget,
        invocation: inout Invocation,
        throwing errorType: Err.Type
    ) async throws
    where Act: DistributedActor, Act.ID == ActorID, Err: Error {
        _ = try await deliver(actor.id, target.identifier, &invocation, returning: Nothing.self)
    }

    /// Not generic over what results must be, since finding that out at run time costs more than the rest of it.
    @usableFromInline
    func deliver<Res: Sendable>(
        _ reference: ObjectReference,
        _ target: String,
        _ invocation: inout Invocation,
        returning returnType: Res.Type
    ) async throws -> Res {
        try reference.link?.check()
        let caller = CurrentObject.incarnation
        // A call on a facet is its parent's, whoever makes it: the facet must not be heard of before it is durable.
        let origin = try reference.cell.seat?.occupied().parent ?? caller
        let isClear = try origin?.isOutputClear() ?? true
        let event = try CallEvent(target: target, taking: &invocation, returning: returnType)
        do {
            if let origin, !isClear {
                origin.send(event, to: reference.cell)
            } else {
                reference.cell.submit(event, from: origin?.cell, inPlace: origin == nil)
            }
            try await event.answer()
        } catch {
            // What ended the caller, or one that the object has called, says nothing of the object. A facet has its parent's
            // id, and its parent breaks its stubs.
            let (cell, ended) = (reference.cell, (error as? DurableObjectError)?.durableObjectId)
            if cell.seat == nil, ended == cell.id.description { reference.link?.note(error) }
            await caller?.cell.passInputGate()
            throw error
        }
        if let caller, caller.cell.isGateClosed.load(ordering: .acquiring) { await caller.cell.passInputGate() }
        return event.takeResult(as: returnType)
    }
}

/// What a method without a result returns: no bytes, as `Void`.
@usableFromInline struct Nothing: Sendable {}
