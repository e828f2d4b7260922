public import DurableActors

/// Something in an agent's queue.
public struct QueueItem: Sendable, Codable, Hashable {
    /// Its id.
    public let id: String
    /// What its method is given.
    public let payload: JSONValue
    /// The method that is called.
    public let callback: String
    /// When it was put there, in seconds since 1970.
    public let created_at: Int64
    /// How often the method is tried; nil for the class's choice.
    public let retry: RetryOptions?
}

/// A row of the table of the queue.
struct QueueRow: Sendable, Codable {
    let id: String
    let payload: String?
    let callback: String
    let created_at: Int64
    let retry_options: String?

    func item() throws -> QueueItem {
        QueueItem(
            id: id,
            payload: try value(),
            callback: callback,
            created_at: created_at,
            retry: try retry()
        )
    }

    func value() throws -> JSONValue { try payload.map { try JSON.parse($0) } ?? .null }

    func retry() throws -> RetryOptions? { try retry_options.map { try JSON.parse($0).decode(RetryOptions.self) } }

    var event: JSONObject { ["callback": .string(callback), "id": .string(id)] }
}
