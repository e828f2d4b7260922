internal import Distributed

/// Swift's own entry point for running a distributed method by name, which the public `executeDistributedTarget` wraps.
///
/// The public function asks the runtime to demangle the target's parameter and result types on every call, which costs
/// more than the call. Here they are known: the caller recorded the arguments' types and names the result's. The
/// declaration must be `@concurrent`, or it would be given an isolation parameter that the entry point does not have.
/// A test holds that this way and the public one agree.
@concurrent
@_silgen_name("swift_distributed_execute_target")
private func executeTarget<Decoder: DistributedTargetInvocationDecoder>(
    on actor: any AnyObject & Sendable,
    _ targetName: UnsafePointer<UInt8>,
    _ targetNameLength: UInt,
    argumentDecoder: inout Decoder,
    argumentTypes: UnsafeRawPointer,
    resultBuffer: ResultMemory,
    substitutions: UnsafeRawPointer?,
    witnessTables: UnsafeRawPointer?,
    numWitnessTables: UInt
) async throws

/// Where a method's result is put: a pointer, passed as one.
@safe struct ResultMemory: @unchecked Sendable {
    // Safe because the event that allocates it says which thread may use it when.
    let start: UnsafeMutableRawPointer
    /// Where results without bytes are; nothing is written there.
    private static let empty = unsafe ResultMemory(start: .allocate(byteCount: 16, alignment: 16))

    /// Memory for one result.
    static func allocate<Result>(for type: Result.Type) -> ResultMemory {
        let (size, alignment) = (MemoryLayout<Result>.size, MemoryLayout<Result>.alignment)
        return size == 0 ? empty : unsafe ResultMemory(start: .allocate(byteCount: size, alignment: alignment))
    }

    /// Gives it back; nothing is in it any more.
    func free() {
        // Safe because the event that allocated it ends.
        if unsafe start != Self.empty.start { unsafe start.deallocate() }
    }
}

/// Runs distributed methods on objects of this process.
enum TargetExecution {
    /// Runs a target that has no generic parameters; its result is initialised exactly when it does not throw.
    @inline(__always)
    @unsafe static func execute(
        on actor: any AnyObject & Sendable,
        _ target: TargetEntry,
        invocation: inout Invocation,
        result: ResultMemory
    ) async throws {
        // Safe because the record's buffers are never freed, the caller keeps the result's, and the argument types are
        // those recorded by the thunk of this very target.
        try unsafe await executeTarget(
            on: actor,
            target.name,
            UInt(target.nameCount),
            argumentDecoder: &invocation,
            argumentTypes: target.types,
            resultBuffer: result,
            substitutions: nil,
            witnessTables: nil,
            numWitnessTables: 0
        )
    }

    /// Runs any target, generic ones too, the way the standard library does it; returns what it returned, with its type.
    static func executeGenerally<Actor: DurableObject>(
        on actor: Actor,
        target: String,
        invocation: Invocation
    ) async throws -> ResultBox {
        var invocation = invocation
        let box = ResultBox()
        try await actor.actorSystem.executeDistributedTarget(
            on: actor,
            target: RemoteCallTarget(target),
            invocationDecoder: &invocation,
            handler: box
        )
        return box
    }

    /// Runs any target whose caller knows what it returns.
    static func executeGenerally<Actor: DurableObject, Result: Sendable>(
        on actor: Actor,
        target: String,
        invocation: Invocation,
        returning: Result.Type
    ) async throws -> Result {
        let box = try await executeGenerally(on: actor, target: target, invocation: invocation)
        guard let result = (Result.self == Nothing.self ? Nothing() : box.value) as? Result else {
            throw DurableObjectError.typeError("The method did not return a \(Result.self).")
        }
        return result
    }
}
