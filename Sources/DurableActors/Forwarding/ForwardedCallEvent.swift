internal import Distributed
internal import Locks
internal import struct Synchronization.Atomic

/// A method call that has come from another node.
final class ForwardedCallEvent: ObjectEvent, @unchecked Sendable {
    // Safe because everything but `outcome` is constant, and `outcome` is set on the cell before the event is handed to the
    // gate, under whose lock it passes to the thread that lets it leave.
    private let target: String
    private let arguments: ReceivedArguments
    private let answer: @Sendable (Result<[UInt8], any Error>) -> Void
    private var outcome: Result<[UInt8], any Error> = .success([])
    private let answered = Atomic<Bool>(false)

    init(
        _ call: ForwardedCall,
        _ userInfo: [CodingUserInfoKey: any Sendable],
        _ answer: @escaping @Sendable (Result<[UInt8], any Error>) -> Void
    ) {
        target = call.target
        arguments = ReceivedArguments(call.arguments, substitutions: call.substitutions, userInfo: userInfo)
        self.answer = answer
    }

    override var call: String { "\(RemoteCallTarget(target))" }

    override func run(in incarnation: Incarnation) async {
        if let death = incarnation.death { return fail(death) }
        do {
            outcome = .success(try await execute(in: incarnation))
        } catch {
            outcome = .failure(CallEvent.remote(error, from: incarnation.cell.id))
        }
        timed?.timing.markEnded()
        incarnation.cell.passOutputGate(of: incarnation, .event(self))
    }

    override func fail(_ error: any Error) { leave(with: .failure(error)) }

    override func leave(_ broken: DurableObjectError?) { leave(with: broken.map { .failure($0) } ?? outcome) }

    private func leave(with outcome: Result<[UInt8], any Error>) {
        guard !answered.exchange(true, ordering: .acquiringAndReleasing) else { return }
        if timed != nil { tellFigures(hasFailed: (try? outcome.get()) == nil) }
        answer(outcome)
    }

    private func execute(in incarnation: Incarnation) async throws -> [UInt8] {
        // What the result carries away has handles of its own by then.
        defer { arguments.receipt.dispose(keepingThoseIn: ()) }
        let bytes: [UInt8]
        if let known = ReceivedTarget.of(target) {
            incarnation.cell.isEntering = true
            defer { incarnation.cell.isEntering = false }
            bytes = try await known.execute(on: incarnation.actor, arguments)
        } else {
            bytes = try await ReceivedTarget.executeFirst(target, on: incarnation.object, arguments)
        }
        if bytes.count > RpcSize.limit { throw RpcSize.exceeded(bytes.count) }
        return bytes
    }
}

/// The arguments of a call from another node, each decoded when the method asks for it.
final class ReceivedArguments: Sendable {
    let encoded: [[UInt8]]
    let substitutions: [String]
    let userInfo: [CodingUserInfoKey: any Sendable]
    /// The handles among the arguments.
    let receipt = RpcReceipt()
    /// The types that the method has asked for, in their order.
    private let asked = Mutex<[any Any.Type]>([])

    init(_ encoded: [[UInt8]], substitutions: [String], userInfo: [CodingUserInfoKey: any Sendable]) {
        self.encoded = encoded
        self.substitutions = substitutions
        self.userInfo = userInfo
    }

    func argument<Wanted: Decodable>(_ place: Int) throws -> Wanted {
        guard place < encoded.count else {
            throw DurableObjectError.typeError("The call has only \(place) arguments.")
        }
        asked.withLock { $0.append(Wanted.self) }
        return try receipt.receive(try ValueCodec.decode(Wanted.self, from: encoded[place], userInfo: userInfo))
    }

    var askedTypes: [any Any.Type] { asked.withLock { $0 } }

    func types() throws -> [any Any.Type] {
        try substitutions.map { name in
            guard let type = _typeByName(name) else {
                throw DurableObjectError.typeError("This node has no type \(name).")
            }
            return type
        }
    }
}
