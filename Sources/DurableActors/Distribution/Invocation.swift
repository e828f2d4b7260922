public import Distributed

/// The arguments of one call, as values: within a process they are handed over without being encoded.
public struct Invocation: DistributedTargetInvocationEncoder, DistributedTargetInvocationDecoder, Sendable {
    /// What arguments and results must be: encodable for the way between nodes, sendable for the way between objects.
    public typealias SerializationRequirement = any Codable & Sendable

    /// An argument and the type under which the target's thunk recorded it.
    @usableFromInline struct Argument: Sendable {
        @usableFromInline let value: any Codable & Sendable
        @usableFromInline let type: any Any.Type

        @inlinable init<Value: Codable & Sendable>(_ value: Value) {
            self.value = value
            type = Value.self
        }

        /// The same argument with another value of its type.
        init(_ value: any Codable & Sendable, as type: any Any.Type) {
            self.value = value
            self.type = type
        }
    }

    /// The first argument, which most calls have at most, without an array for it.
    @usableFromInline var first: (any Codable & Sendable)?
    /// Its type, apart, since to look at it is then not to copy the argument; nil when there is none.
    @usableFromInline var firstType: (any Any.Type)?
    @usableFromInline var others: [Argument] = []
    /// How large the arguments are, as far as they tell.
    @usableFromInline var size = 0
    private(set) var substitutions: [any Any.Type] = []
    /// Whether the call goes the slower, general way, as one with generic parameters must.
    private(set) var isGeneral: Bool
    private var next = 0
    /// The encoded arguments of a call from another node, instead of those above.
    private var received: ReceivedArguments?

    init(isGeneral: Bool = false) { self.isGeneral = isGeneral }

    init(receiving arguments: ReceivedArguments) {
        isGeneral = true
        received = arguments
    }

    /// Moves the recording out, without a copy, and leaves an empty one.
    mutating func take() -> Invocation {
        var taken = Invocation()
        swap(&self, &taken)
        return taken
    }

    /// The arguments as recorded.
    var arguments: [Argument] {
        guard let first, let firstType else { return others }
        return [Argument(first, as: firstType)] + others
    }

    /// The arguments' types as recorded.
    var argumentTypes: [any Any.Type] { arguments.map(\.type) }

    /// Puts other values of the same types in the arguments' places.
    mutating func replaceArguments(_ replacement: (Argument) throws -> Argument) rethrows {
        if let value = first, let firstType { first = try replacement(Argument(value, as: firstType)).value }
        others = try others.map(replacement)
    }

    /// Whether the arguments were recorded under exactly these types.
    func hasTypes(_ types: [any Any.Type]) -> Bool {
        guard let type = firstType else { return types.isEmpty }
        guard types.count == others.count + 1, types[0] == type else { return false }
        for (place, argument) in others.enumerated() where types[place + 1] != argument.type { return false }
        return true
    }

    /// Notes a generic parameter of the target; such calls take the slower, general way.
    public mutating func recordGenericSubstitution<T>(_ type: T.Type) throws {
        substitutions.append(type)
        isGeneral = true
    }

    /// Notes the next argument; throws when the arguments are larger than 32 MiB.
    @inlinable
    public mutating func recordArgument<Value: Codable & Sendable>(_ argument: RemoteCallArgument<Value>) throws {
        let value = argument.value
        size += RpcSize.of(value)
        if size > RpcSize.limit { throw RpcSize.exceeded(size) }
        guard firstType != nil else { return (first, firstType) = (value, Value.self) }
        others.append(Argument(value))
    }

    /// Notes the type of the result; known from the call itself.
    @inlinable
    public mutating func recordReturnType<R: Codable & Sendable>(_ type: R.Type) throws {}

    /// Notes the type of the error; errors travel as they are.
    @inlinable
    public mutating func recordErrorType<E: Error>(_ type: E.Type) throws {}

    /// Ends the recording.
    @inlinable
    public mutating func doneRecording() throws {}

    /// The generic parameters noted.
    public mutating func decodeGenericSubstitutions() throws -> [any Any.Type] {
        try received?.types() ?? substitutions
    }

    /// The next argument; throws when the target wants another type than the caller gave.
    public mutating func decodeNextArgument<Wanted: Codable & Sendable>() throws -> Wanted {
        let place = next
        next += 1
        if place == 0, firstType == Wanted.self, let value = first.take() {
            return Self.known(value, as: Wanted.self)
        }
        return try decodeArgument(place)
    }

    /// Apart, since it makes the runtime look for more types than that of the argument.
    @inline(never)
    private func decodeArgument<Wanted: Codable & Sendable>(_ place: Int) throws -> Wanted {
        if let received { return try received.argument(place) }
        guard let argument = place == 0 ? arguments.first : place <= others.count ? others[place - 1] : nil else {
            throw DurableObjectError.typeError("The call has only \(place) arguments.")
        }
        if argument.type == Wanted.self { return Self.known(argument.value, as: Wanted.self) }
        guard let value = argument.value as? Wanted else {
            throw DurableObjectError.typeError("Argument \(place) of the call is not a \(Wanted.self).")
        }
        return value
    }

    /// The value under its own type, found by one comparison, where `as?` costs a search for each call.
    private static func known<Value, Wanted>(_ value: Value, as wanted: Wanted.Type) -> Wanted {
        // Safe because the argument was recorded with the wanted type.
        unsafe unsafeBitCast(value, to: wanted)
    }

    /// Nil: the target's own type serves.
    public mutating func decodeErrorType() throws -> (any Any.Type)? { nil }

    /// Nil: the target's own type serves.
    public mutating func decodeReturnType() throws -> (any Any.Type)? { nil }
}

/// Takes the result of a call that goes the general way.
public final class ResultBox: DistributedTargetInvocationResultHandler {
    /// What results must be.
    public typealias SerializationRequirement = any Codable & Sendable

    private(set) var value: (any Sendable)?
    /// The type that the method returns.
    private(set) var type: (any Sendable.Type)?

    init() {}

    /// Keeps the result.
    public func onReturn<Success: Codable & Sendable>(value: Success) async throws {
        (self.value, type) = (value, Success.self)
    }
    /// Keeps that there is none.
    public func onReturnVoid() async throws { (value, type) = ((), Void.self) }
    /// Throws the target's error on.
    public func onThrow<Err: Error>(error: Err) async throws { throw error }
}
