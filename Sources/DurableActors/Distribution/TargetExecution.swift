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
    resultBuffer: UnsafeMutableRawPointer,
    substitutions: UnsafeRawPointer?,
    witnessTables: UnsafeRawPointer?,
    numWitnessTables: UInt
) async throws

/// Runs distributed methods on objects of this process.
enum TargetExecution {
    /// Runs a target that has no generic parameters and returns its result.
    static func execute<Result: Sendable>(
        on actor: any AnyObject & Sendable, target: String, invocation: Invocation, returning: Result.Type
    ) async throws -> Result {
        guard let record = TargetRecord.of(target, invocation) else {
            throw DurableObjectError.typeError("The arguments of the call are not those of its target.")
        }
        var invocation = invocation
        // Safe because the record's buffers are never freed, the result's is held until the call has returned, the entry
        // point initialises the result exactly when it does not throw, and the argument types are those recorded by the
        // thunk of this very target.
        let resultBuffer = UnsafeMutablePointer<Result>.allocate(capacity: 1)
        defer { unsafe resultBuffer.deallocate() }
        try unsafe await executeTarget(
            on: actor, record.name, UInt(record.nameCount), argumentDecoder: &invocation, argumentTypes: record.types,
            resultBuffer: resultBuffer, substitutions: nil, witnessTables: nil, numWitnessTables: 0)
        return unsafe resultBuffer.move()
    }

    /// Runs any target, generic ones too, the way the standard library does it.
    static func executeGenerally<Actor: DurableObject, Result: Sendable>(
        on actor: Actor, target: String, invocation: Invocation, returning: Result.Type
    ) async throws -> Result {
        var invocation = invocation
        let box = ResultBox()
        try await actor.actorSystem.executeDistributedTarget(
            on: actor, target: RemoteCallTarget(target), invocationDecoder: &invocation, handler: box)
        guard let result = box.value as? Result else {
            throw DurableObjectError.typeError("The method did not return a \(Result.self).")
        }
        return result
    }
}
