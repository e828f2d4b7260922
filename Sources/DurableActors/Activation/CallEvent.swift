internal import Distributed
internal import Synchronization

/// A method call through a stub.
///
/// The class is not generic, so that a call does not make the runtime look for a specialised class: the result waits in
/// memory of the event's own, under the type that the caller has named.
@safe final class CallEvent: ObjectEvent, @unchecked Sendable {
    // Safe because one thread has the event at a time: the caller until it is submitted, the cell while it runs, the gate's
    // lock while its answer waits, the caller again once `progress` says so.
    private let target: String
    // Safe because records are never freed.
    private let record: Unmanaged<TargetRecord>?
    // Safe because one thread has the event at a time, and each use of it is over before the next.
    @exclusivity(unchecked) private var invocation: Invocation
    /// The handles among the arguments; nil when there are none.
    private let receipt: RpcReceipt?
    private let resultType: any Sendable.Type
    // Safe because it is allocated and freed by this event; it is written on the cell before the caller is resumed, which
    // then reads it; `hasResult` says whether it is initialised.
    private let result: ResultMemory
    private var hasResult = false
    // Safe because it is set before the mark that says so, and resumed by the one that finds the mark.
    private var caller: UnsafeContinuation<Void, Never>?
    /// What has happened to the answer; each mark is set once.
    private let progress = Atomic<UInt8>(0)
    /// Somebody answers: the first who does, alone.
    private static let isClaimed: UInt8 = 1
    /// The answer is there.
    private static let isAnswered: UInt8 = 2
    /// The caller waits for it.
    private static let isAwaited: UInt8 = 4
    /// What waits at the output gate when it is an error: set on the cell before the event is handed to the gate, under
    /// whose lock it passes to the thread that lets it leave.
    private var outcome: (any Error)?
    /// The error that is the answer: set by the one who answers, before it says so.
    private var failure: (any Error)?

    /// Takes the arguments out of the recording.
    init<Output: Sendable>(target: String, taking invocation: inout Invocation, returning: Output.Type) throws {
        self.target = target
        unsafe record = TargetRecord.of(target, invocation)
        let carriesHandles = unsafe record?._withUnsafeGuaranteedRef(\.carriesHandles) ?? true
        receipt = carriesHandles ? try RpcReceipt.receive(&invocation) : nil
        unsafe self.invocation = invocation.take()
        resultType = returning
        result = .allocate(for: Output.self)
    }

    deinit {
        if hasResult { destroyResult(resultType) }
        result.free()
    }

    /// The result, once the caller has been resumed without an error; called once.
    func takeResult<Output: Sendable>(as type: Output.Type) -> Output {
        hasResult = false
        // Safe because the type is the one that the event was made with, and the result is initialised.
        return unsafe result.start.assumingMemoryBound(to: type).move()
    }

    override func run(in incarnation: Incarnation) async { await perform(in: incarnation) }

    /// The same, to be a part of its caller, since each asynchronous function on the way asks for its executor anew.
    @inline(__always)
    func perform(in incarnation: Incarnation) async {
        if incarnation.isOver, let death = incarnation.death { return fail(death) }
        do {
            if let entry = unsafe record?._withUnsafeGuaranteedRef({ unsafe $0.entry }) {
                // Safe because the memory is this event's, which lives until the call has returned, and has room for the
                // result of this very target.
                var arguments = unsafe invocation.take()
                incarnation.cell.isEntering = true
                defer { incarnation.cell.isEntering = false }
                try unsafe await TargetExecution.execute(
                    on: incarnation.actor,
                    entry,
                    invocation: &arguments,
                    result: result
                )
            } else {
                try await executeGenerally(on: incarnation.object, returning: resultType)
            }
            hasResult = true
        } catch {
            outcome = Self.remote(error, from: incarnation.cell.id)
        }
        conclude(in: incarnation)
    }

    /// Hands the answer to the output gate; apart, since an asynchronous function counts references to all that it touches.
    @inline(never)
    private func conclude(in incarnation: Incarnation) {
        let cell = incarnation.cell
        if let receipt { dispose(receipt, resultType) }
        timed?.timing.markEnded()
        if cell.isOutputClear(of: incarnation) { return answer(outcome) }
        cell.passOutputGate(of: incarnation, .event(self))
    }

    /// The method's name as Swift spells it.
    override var call: String { "\(RemoteCallTarget(target))" }

    override func fail(_ error: any Error) { answer(error) }

    override func leave(_ broken: DurableObjectError?) {
        if let broken { answer(broken) } else { answer(outcome) }
    }

    override func forwarded(to cell: ObjectCell, carrying handles: any HandleCarrier) throws -> ForwardedCall {
        try unsafe ForwardedCall(target, invocation, to: cell, carrying: handles)
    }

    override func answered(_ bytes: [UInt8], _ userInfo: [CodingUserInfoKey: any Sendable]) {
        do {
            try keep(bytes, resultType, userInfo)
            hasResult = true
            answer(nil)
        } catch {
            answer(error)
        }
    }

    private func keep<Output: Sendable>(
        _ bytes: [UInt8],
        _ type: Output.Type,
        _ userInfo: [CodingUserInfoKey: any Sendable]
    ) throws {
        func decode<Value: Decodable>(_ type: Value.Type) throws -> Any {
            try ValueCodec.decode(type, from: bytes, userInfo: userInfo)
        }
        let value: Any = try (type as? any Decodable.Type).map { try decode($0) } ?? Nothing()
        guard let output = value as? Output else {
            throw DurableObjectError.typeError("The method did not return a \(type).")
        }
        // Safe because the memory was allocated for a value of this type.
        unsafe result.start.initializeMemory(as: type, to: output)
    }

    private func executeGenerally<Output: Sendable>(
        on object: any DurableObject,
        returning type: Output.Type
    ) async throws {
        let output = try await TargetExecution.executeGenerally(
            on: object,
            target: target,
            invocation: unsafe invocation,
            returning: type
        )
        // Safe because the memory was allocated for a value of this type.
        unsafe result.start.initializeMemory(as: type, to: output)
    }

    /// Ends the handles that the method was given, but not those that it returns.
    private func dispose<Output: Sendable>(_ receipt: RpcReceipt, _ type: Output.Type) {
        guard hasResult else { return receipt.dispose(keepingThoseIn: ()) }
        // Safe because the result was initialised with this type, and the caller does not have it yet.
        unsafe receipt.dispose(keepingThoseIn: result.start.assumingMemoryBound(to: type).pointee)
    }

    private func destroyResult<Output: Sendable>(_ type: Output.Type) {
        // Safe because the result was initialised with this type and nobody took it.
        _ = unsafe result.start.assumingMemoryBound(to: type).deinitialize(count: 1)
    }

    /// The error as the caller sees it: one of the runtime's own says that it comes from the object that was called.
    static func remote(_ error: any Error, from id: DurableObjectId) -> any Error {
        guard var known = error as? DurableObjectError else { return error }
        known.remote = true
        known.durableObjectId = known.durableObjectId ?? id.description
        return known
    }

    /// Waits for the answer; throws when it is an error.
    @inline(__always)
    func answer() async throws {
        if progress.load(ordering: .acquiring) & Self.isAnswered == 0 {
            // Safe because it is resumed once: here, or by the answer that finds the mark.
            unsafe await suspend { continuation in
                unsafe caller = continuation
                let before = progress.bitwiseOr(Self.isAwaited, ordering: .acquiringAndReleasing).oldValue
                if before & Self.isAnswered != 0 { unsafe continuation.resume() }
            }
        }
        // What was written before the answer is seen after it: the result, and an error.
        precondition(progress.load(ordering: .acquiring) & Self.isAnswered != 0, "A caller goes on after the answer.")
        if let failure { throw failure }
    }

    private func answer(_ error: (any Error)?) {
        let before = progress.bitwiseOr(Self.isClaimed, ordering: .acquiringAndReleasing).oldValue
        guard before & Self.isClaimed == 0 else { return }
        if timed != nil { tellFigures(hasFailed: error != nil) }
        if let error { failure = error }
        let awaited = progress.bitwiseOr(Self.isAnswered, ordering: .acquiringAndReleasing).oldValue & Self.isAwaited
        // Safe because only the first answer comes here, and the caller has set its continuation before the mark.
        if awaited != 0 { unsafe caller?.resume() }
    }
}
