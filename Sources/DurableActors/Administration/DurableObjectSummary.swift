/// What a host can tell of one object without starting it.
public struct DurableObjectSummary: Sendable {
    /// The object's identity, with its name where it was made from one.
    public let id: DurableObjectId
    /// When it first stored something, in milliseconds since 1970.
    public let createdAt: Int64
    /// When it was last used, in milliseconds since 1970: exact while it is in memory, to the hour after that; nil when it
    /// has never left memory since it was made and a crash ended it.
    public let lastAccess: Int64?
    /// How many rows it keeps, alarms not counted.
    public let rows: Int
    /// The bytes of their keys and values.
    public let storedBytes: Int
    /// Its alarms by name and due time in milliseconds since 1970; the unnamed one has the name "".
    public let alarms: [(name: String, due: Int64)]
    /// How many sockets it holds, in memory or hibernated.
    public let sockets: Int
    /// Whether it is in memory now.
    public let isInMemory: Bool
}

/// One page of a class's objects.
public struct DurableObjectPage: Sendable {
    /// In order of their ids.
    public let objects: [DurableObjectSummary]
    /// What to ask for the next page with; nil after the last.
    public let next: DurableObjectId?
}
