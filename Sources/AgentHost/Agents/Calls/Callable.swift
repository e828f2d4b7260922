internal import DurableActors

/// A method that can be called by its name: by clients over a socket, or by schedules and the queue.
///
/// `Callable("executeTask") { try await $0.executeTask(sessionId: $1, task: $2) }`: the arguments' types are those of
/// the closure, and a call's JSON is decoded strictly against them. A trailing optional argument may be absent, and more
/// arguments than the closure has are dropped.
public struct Callable<Subject: Agent>: Sendable {
    enum Body: Sendable {
        case answering(@Sendable (Subject, [JSONValue]) async throws -> JSONValue?)
        case streaming(@Sendable (Subject, StreamingResponse, [JSONValue]) async throws -> Void)
    }

    /// The name it is called by.
    public let name: String
    /// What the method does, for people.
    public let description: String?
    let body: Body

    /// Whether it answers in pieces.
    public var isStreaming: Bool { if case .streaming = body { true } else { false } }

    /// Marks a method that returns something.
    public init<each Argument: Decodable & Sendable, Result: Encodable & Sendable>(
        _ name: String,
        description: String? = nil,
        _ method: @escaping @Sendable (Subject, repeat each Argument) async throws -> Result
    ) {
        self.name = name
        self.description = description
        body = .answering { subject, arguments in
            var reader = ArgumentReader(arguments)
            return try JSONValue(encoding: try await method(subject, repeat try reader.next((each Argument).self)))
        }
    }

    /// Marks a method that returns nothing.
    public init<each Argument: Decodable & Sendable>(
        _ name: String,
        description: String? = nil,
        _ method: @escaping @Sendable (Subject, repeat each Argument) async throws -> Void
    ) {
        self.name = name
        self.description = description
        body = .answering { subject, arguments in
            var reader = ArgumentReader(arguments)
            try await method(subject, repeat try reader.next((each Argument).self))
            return nil
        }
    }

    /// Marks a method that answers in pieces, by its first argument.
    public init<each Argument: Decodable & Sendable>(
        streaming name: String,
        description: String? = nil,
        _ method: @escaping @Sendable (Subject, StreamingResponse, repeat each Argument) async throws -> Void
    ) {
        self.name = name
        self.description = description
        body = .streaming { subject, stream, arguments in
            var reader = ArgumentReader(arguments)
            try await method(subject, stream, repeat try reader.next((each Argument).self))
        }
    }
}

/// What is known of a method that clients may call.
public struct CallableMetadata: Sendable, Hashable {
    /// What the method does, for people.
    public let description: String?
    /// Whether it answers in pieces.
    public let streaming: Bool
}

/// Hands out a call's arguments in order; an absent one reads as null, which only an optional takes.
struct ArgumentReader {
    private let arguments: [JSONValue]
    private var position = 0

    init(_ arguments: [JSONValue]) { self.arguments = arguments }

    mutating func next<Argument: Decodable>(_ type: Argument.Type) throws -> Argument {
        defer { position += 1 }
        let value = position < arguments.count ? arguments[position] : .null
        do {
            return try value.decode(type)
        } catch {
            throw DurableObjectError.typeError("Argument \(position) is not a \(type): \(error)")
        }
    }
}
