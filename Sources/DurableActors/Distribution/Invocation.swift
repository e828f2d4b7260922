public import Distributed

/// The arguments of one call, as values: within a process they are handed over without being encoded.
public struct Invocation: DistributedTargetInvocationEncoder, DistributedTargetInvocationDecoder, Sendable {
    /// What arguments and results must be: encodable for the way between nodes, sendable for the way between objects.
    public typealias SerializationRequirement = any Codable & Sendable

    var arguments: [any Codable & Sendable] = []
    var argumentTypes: [any Any.Type] = []
    private(set) var substitutions: [any Any.Type] = []
    /// Whether the call goes the slower, general way, as one with generic parameters must.
    private(set) var isGeneral: Bool
    private var next = 0

    init(isGeneral: Bool = false) { self.isGeneral = isGeneral }

    /// Notes a generic parameter of the target; such calls take the general way.
    public mutating func recordGenericSubstitution<T>(_ type: T.Type) throws {
        substitutions.append(type)
        isGeneral = true
    }

    /// Notes the next argument.
    public mutating func recordArgument<Value: Codable & Sendable>(_ argument: RemoteCallArgument<Value>) throws {
        arguments.append(argument.value)
        argumentTypes.append(Value.self)
    }

    /// Notes the type of the result; known from the call itself.
    public mutating func recordReturnType<R: Codable & Sendable>(_ type: R.Type) throws {}

    /// Notes the type of the error; errors travel as they are.
    public mutating func recordErrorType<E: Error>(_ type: E.Type) throws {}

    /// Ends the recording.
    public mutating func doneRecording() throws {}

    /// The generic parameters noted.
    public mutating func decodeGenericSubstitutions() throws -> [any Any.Type] { substitutions }

    /// The next argument; throws when the target wants another type than the caller gave.
    public mutating func decodeNextArgument<Argument: Codable & Sendable>() throws -> Argument {
        guard next < arguments.count, let argument = arguments[next] as? Argument else {
            throw DurableObjectError.typeError("Argument \(next) of the call is not a \(Argument.self).")
        }
        next += 1
        return argument
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

    init() {}

    /// Keeps the result.
    public func onReturn<Success: Codable & Sendable>(value: Success) async throws { self.value = value }
    /// Keeps that there is none.
    public func onReturnVoid() async throws { value = () }
    /// Throws the target's error on.
    public func onThrow<Err: Error>(error: Err) async throws { throw error }
}
