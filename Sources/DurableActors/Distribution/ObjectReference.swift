internal import Distributed

/// The identity of an object as a distributed actor: which cell it lives in, and for a stub the state of its link.
public struct ObjectReference: Sendable, Hashable {
    package let cell: ObjectCell
    /// Nil in the object itself.
    package let link: StubLink?

    package init(cell: ObjectCell, link: StubLink?) {
        self.cell = cell
        self.link = link
    }

    /// The object's id within its class.
    public var objectId: DurableObjectId { cell.id }

    /// Whether both refer to the same object.
    public static func == (left: ObjectReference, right: ObjectReference) -> Bool {
        left.cell === right.cell
    }

    /// Hashes the object's identity.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(cell))
    }
}

/// How a reference travels: the class's unique key and the object's id; the receiver's actor system resolves it.
extension ObjectReference: Codable {
    private enum CodingKeys: String, CodingKey {
        case uniqueKey = "class"
        case id
        case name
    }

    /// Writes the class's unique key, the id and the name; throws for a facet, of which only its parent has use.
    public func encode(to encoder: any Encoder) throws {
        guard cell.seat == nil else {
            throw DurableObjectError(
                .unsupported,
                "Stubs pointing to Durable Object facets are not serializable.",
                name: "DataCloneError"
            )
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(cell.objectClass.uniqueKey, forKey: .uniqueKey)
        try container.encode(cell.id.description, forKey: .id)
        try container.encodeIfPresent(cell.id.name, forKey: .name)
    }

    /// Reads a reference; needs the receiving actor system in the decoder's user info, as Swift's stubs put it there.
    public init(from decoder: any Decoder) throws {
        guard let system = decoder.userInfo[.actorSystemKey] as? DurableActorSystem else {
            throw DurableObjectError(.unsupported, "A stub can only be decoded with an actor system at hand.")
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let objectClass = try system.host.objectClass(uniqueKey: try container.decode(String.self, forKey: .uniqueKey))
        let read = try objectClass.ids.idFromString(try container.decode(String.self, forKey: .id))
        let id = DurableObjectId(bytes: read.bytes, name: try container.decodeIfPresent(String.self, forKey: .name))
        self.init(cell: system.host.cells.cell(of: objectClass, id), link: StubLink())
    }
}
