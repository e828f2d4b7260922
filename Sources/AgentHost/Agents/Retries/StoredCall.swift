internal import DurableActors

/// A row that says which method is to be called with what: a schedule or an item of the queue.
protocol StoredCall: Codable, Sendable {
    var id: String { get }
    var callback: String { get }
    var payload: String? { get }
    var retry_options: String? { get }
}

extension StoredCall {
    /// What the method is given; null for nothing.
    func value() throws -> JSONValue { try payload.map { try JSON.parse($0) } ?? .null }

    func retry() throws -> RetryOptions? { try retry_options.map { try JSON.parse($0).decode(RetryOptions.self) } }

    /// What is told of the row.
    var event: JSONObject { ["callback": .string(callback), "id": .string(id)] }
}
