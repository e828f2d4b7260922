internal import DurableActors

/// What a caller is told of its call: chunks, then one end.
enum CallOutcome: Sendable {
    case chunk(JSONValue)
    /// The result; nil for a method that returns nothing.
    case result(JSONValue?)
    case failure(any Error)

    var isEnd: Bool {
        if case .chunk = self { false } else { true }
    }
}
