internal import Cluster
internal import DurableActors
internal import FoundationEssentials

/// A simulated host as two processes: a door, which test code calls in at and which has no object, and the node that has
/// all of them.
///
/// With `FOREIGN_DOOR=1` in its environment a test run has every `SimulatedHost` like that.
struct ForeignDoor: Sendable {
    /// Whether the test run asks for it.
    static let isAsked = ProcessInfo.processInfo.environment["FOREIGN_DOOR"] == "1"

    /// How little the door weighs: no shard comes to it.
    private static let weight = 1e-6

    let door: SimulatedNode
    let owner: SimulatedNode
    private let network: SimulatedNetwork

    /// Starts both over stores; nothing is registered yet.
    init(
        _ doorStore: MemoryStore,
        _ ownerStore: MemoryStore,
        _ world: SimulatedWorld,
        _ limits: HostLimits,
        _ log: EventLog
    )
        throws
    {
        let network = SimulatedNetwork(world)
        let membership = try ClusterMembership(
            epoch: 1,
            nodes: [
                ClusterNode(name: "door", peerAddress: "10.0.0.1:1", weight: Self.weight),
                ClusterNode(name: "owner", peerAddress: "10.0.0.2:1"),
            ]
        )
        func node(_ name: String, _ store: MemoryStore) throws -> SimulatedNode {
            try SimulatedNode(
                name,
                of: membership,
                on: store,
                over: network,
                limits: limits,
                log: log,
                settings: Self.patient
            )
        }
        (owner, door) = (try node("owner", ownerStore), try node("door", doorStore))
        self.network = network
        let host = owner.runtime.core
        _ = door.runtime.core.part(OwningHost.self) { OwningHost(host) }
    }

    /// Nothing is lost between the two, so nothing needs to be said again: time moves for the test's sake alone.
    private static let patient: ClusterSettings = {
        let never: UInt64 = 1 << 62
        var settings = ClusterSettings()
        settings.tick = never
        settings.links.ping = never
        settings.links.silence = never
        return settings
    }()

    /// Ends both without warning.
    func crash() {
        network.freeze()
        for node in [door, owner] {
            node.store.crash()
            node.runtime.shutdown()
        }
    }
}

/// Who has the objects of a host that is a door.
private final class OwningHost: Sendable {
    let host: HostCore?

    init(_ host: HostCore?) { self.host = host }
}

extension HostCore {
    /// The host that has this one's objects: itself, unless it is a door.
    var owner: HostCore { part(OwningHost.self) { OwningHost(nil) }.host ?? self }
}

extension ObjectCell {
    /// The cell that the object itself is in.
    var owned: ObjectCell {
        get throws {
            let owner = host.owner
            if owner === host { return self }
            return owner.cells.cell(of: try owner.objectClass(uniqueKey: objectClass.uniqueKey), id)
        }
    }
}
