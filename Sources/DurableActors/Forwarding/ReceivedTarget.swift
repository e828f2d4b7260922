internal import Locks

/// A method that other nodes call: what its first call has shown of its types, which the runtime need not look for again.
@safe final class ReceivedTarget: Sendable {
    private let record: TargetRecord
    /// What the method returns; nil for one without a result.
    private let resultType: (any (Encodable & Sendable).Type)?

    private static let known = Mutex<[String: ReceivedTarget]>([:])

    private init(_ record: TargetRecord, _ resultType: (any (Encodable & Sendable).Type)?) {
        (self.record, self.resultType) = (record, resultType)
    }

    /// What is known of a target: nothing before its first call has returned, and nothing of a generic one ever.
    static func of(_ target: String) -> ReceivedTarget? { known.withLock { $0[target] } }

    /// Runs a target the way the standard library does it, and learns from that; returns the encoded result.
    static func executeFirst<Object: DurableObject>(
        _ target: String,
        on object: Object,
        _ arguments: ReceivedArguments
    ) async throws -> [UInt8] {
        let box = try await TargetExecution.executeGenerally(
            on: object,
            target: target,
            invocation: Invocation(receiving: arguments)
        )
        let resultType = box.type as? any (Encodable & Sendable).Type
        if arguments.substitutions.isEmpty, resultType != nil || box.type == Void.self {
            let record = TargetRecord.make(target, arguments.askedTypes)
            known.withLock { $0[target] = ReceivedTarget(record, resultType) }
        }
        guard let result = box.value as? any Encodable else { return [] }
        return try ValueCodec.encode(result, userInfo: arguments.userInfo)
    }

    /// Runs the method and returns its encoded result; on the object's cell.
    func execute(on actor: any AnyObject & Sendable, _ arguments: ReceivedArguments) async throws -> [UInt8] {
        guard let resultType else { return try await run(on: actor, arguments, returning: Void.self) { _ in [] } }
        func runKnown<Result: Encodable & Sendable>(_ type: Result.Type) async throws -> [UInt8] {
            try await run(on: actor, arguments, returning: type) {
                try ValueCodec.encode($0, userInfo: arguments.userInfo)
            }
        }
        return try await runKnown(resultType)
    }

    private func run<Result: Sendable>(
        on actor: any AnyObject & Sendable,
        _ arguments: ReceivedArguments,
        returning type: Result.Type,
        _ encode: (Result) throws -> [UInt8]
    ) async throws -> [UInt8] {
        var invocation = Invocation(receiving: arguments)
        let memory = UnsafeMutablePointer<Result>.allocate(capacity: 1)
        defer { unsafe memory.deallocate() }
        // Safe because the first call has returned a result of this type, and the memory lives until this one has ended.
        try unsafe await TargetExecution.execute(
            on: actor,
            record.entry,
            invocation: &invocation,
            result: ResultMemory(start: memory)
        )
        return try encode(unsafe memory.move())
    }
}
