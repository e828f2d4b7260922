/// A folder of the sources and what its files may do.
struct Room: Sendable {
    /// What files of a room may do beyond computing.
    struct Rights: OptionSet, Sendable {
        let rawValue: Int
        /// May hold `unsafe`, `@unchecked Sendable` and the like, with a proof in the file.
        static let unsafe = Rights(rawValue: 1)
        /// May read clocks, make randomness and print: the runtime and the programs' entry points.
        static let world = Rights(rawValue: 2)
        /// May start detached tasks, which it gives an executor.
        static let detached = Rights(rawValue: 4)
    }

    /// A folder or file below `Sources`, or `Examples`; the longest that fits a file is the file's room.
    let path: String
    let imports: Set<String>
    let rights: Rights

    init(_ path: String, _ imports: [String], _ rights: Rights = []) {
        self.path = path
        self.imports = Set(imports)
        self.rights = rights
    }

    func holds(_ file: String) -> Bool { file == path || file.hasPrefix(path + "/") }

    /// Which room may import what.
    ///
    /// Targets import one way: nothing here may be turned round.
    static let all = core + services + sandbox + programs

    private static let core = [
        Room("Locks", ["CLinux", "Synchronization"], .unsafe),
        Room("DurableActors/DurableObjectRuntime.swift", []),
        Room("DurableActors/Runtime", ["Glibc", "Locks", "Synchronization"], [.unsafe, .world]),
        Room("DurableActors/Identity", []),
        Room("DurableActors/Identity/Digest.swift", ["CCrypto"], .unsafe),
        Room("DurableActors/Identity/HMACKey.swift", ["CCrypto"], .unsafe),
        Room("DurableActors/Values", ["Foundation", "FoundationEssentials"], .unsafe),
        Room("DurableActors/Fetch", []),
        Room("DurableActors/Gates", []),
        Room("DurableActors/Storage", ["Locks", "Synchronization"]),
        Room("DurableActors/Storage/Log", ["Locks"], .unsafe),
        Room("DurableActors/Storage/Log/Files", ["Glibc"], .unsafe),
        Room("DurableActors/Storage/LMDB", ["CLMDB", "Glibc", "Locks", "Synchronization"], .unsafe),
        Room("DurableActors/Storage/SQLite", ["CSQLite", "Glibc", "Locks", "Synchronization"], .unsafe),
        Room("DurableActors/SQL", ["CSQLite", "Foundation", "FoundationEssentials", "Locks"], .unsafe),
        Room("DurableActors/Administration", []),
        Room("DurableActors/Forwarding", ["Distributed", "Locks", "Synchronization"], .unsafe),
        Room("DurableActors/Facets", ["Distributed", "Locks", "Synchronization"], .detached),
        Room("DurableActors/Schedules", []),
        Room("DurableActors/Alarms", ["Distributed", "Locks", "Synchronization"]),
        Room("DurableActors/Connections", ["Distributed", "Locks", "Synchronization"], .unsafe),
        Room("DurableActors/Activation", ["Distributed", "Locks", "Synchronization"], [.unsafe, .detached]),
        Room("DurableActors/Distribution", ["Distributed", "Glibc", "Locks", "Synchronization"], .unsafe),
        Room(
            "DurableActorsTestKit",
            ["Distributed", "DurableActors", "FoundationEssentials", "Locks", "Synchronization"]
        ),
        Room("DurableActorsTestKit/Cluster", ["Cluster", "DurableActors", "FoundationEssentials", "Locks"]),
        Room("DurableActorsTestKit/Sandbox", ["Sandbox", "Locks", "Synchronization"]),
    ]

    private static let services = [
        Room("Cluster/Membership", ["DurableActors", "FoundationEssentials", "Locks"]),
        Room("Cluster/Placement", ["DurableActors"]),
        Room("Cluster/Ownership", ["DurableActors", "Locks"]),
        Room("Cluster/Link", ["DurableActors", "Locks"]),
        Room("Cluster/Forwarding", ["DurableActors", "Locks", "Synchronization"], .unsafe),
        Room("Workflows", ["DurableActors", "Locks"]),
        Room("Workflows/Binding", ["Distributed", "DurableActors", "Locks"]),
        Room("Workflows/Schedules", ["Distributed", "DurableActors"]),
        Room("Workflows/Testing", ["Distributed", "DurableActors", "Locks", "Synchronization"]),
        Room(
            "Workflows/Engine",
            ["Distributed", "DurableActors", "Locks", "Synchronization"],
            [.unsafe, .detached]
        ),
        Room("AgentHost", ["DurableActors"]),
        Room("AgentHost/Agents", ["Distributed", "DurableActors", "Locks", "Synchronization", "Workflows"], .unsafe),
        Room("AgentHost/HTTP", ["DurableActors"], .unsafe),
        Room("AgentHost/Lifecycle", ["Cluster", "DurableActors", "Glibc", "Locks", "Synchronization"], .unsafe),
        Room("AgentHost/Net", ["CLinux", "DurableActors", "Glibc", "Locks", "Synchronization"], .unsafe),
        Room("AgentHost/Outbound", ["DurableActors", "Foundation", "FoundationNetworking", "Locks"]),
        Room("AgentHost/Peers", ["CLinux", "Cluster", "DurableActors", "Glibc", "Locks"], .unsafe),
        Room("AgentHost/WebSocket", ["CCrypto", "DurableActors"], .unsafe),
        Room("AgentHost/Wire", [], .unsafe),
        Room("TaskAgent", ["AgentHost", "Distributed", "DurableActors", "Workflows"]),
        Room("TaskAgent/Accounts", ["AgentHost", "Distributed", "DurableActors", "Foundation"]),
        Room("TaskAgent/Application", ["AgentHost", "Distributed", "DurableActors", "Sandbox", "Workflows"]),
        Room("TaskAgent/Page", ["DurableActors"]),
        Room(
            "TaskAgent/Workflows",
            ["AgentHost", "Distributed", "DurableActors", "Sandbox", "Locks", "Synchronization", "Workflows"]
        ),
    ]

    private static let sandbox = [
        Room("Sandbox", ["FoundationEssentials"]),
        Room("Sandbox/Client", ["CLinux", "Foundation", "Glibc", "Locks", "Synchronization"], .unsafe),
        Room("Sandbox/System", ["CLinux", "Glibc"], .unsafe),
        // Outside every runtime: its names are made before there is a world.
        Room(
            "Sandbox/Client/SupervisorConfiguration.swift",
            ["CLinux", "Foundation", "Glibc"],
            [.unsafe, .world]
        ),
    ]

    private static let programs = [
        Room("sandbox-supervisor", ["CLinux", "FoundationEssentials", "Glibc", "Sandbox"], [.unsafe, .world]),
        Room(
            "task-agent",
            ["AgentHost", "DurableActors", "Glibc", "Sandbox", "TaskAgent"],
            [.unsafe, .world]
        ),
        Room("task-agent-gate", ["DurableActors", "Glibc", "HostClient"], .world),
        Room("Examples", ["Distributed", "DurableActors"]),
        Room("Examples/CodeGenerator", ["AgentHost", "Distributed", "DurableActors"]),
        Room("Examples/Workflows", ["Distributed", "DurableActors", "Workflows"]),
        Room("AgentClient", ["AgentHost", "DurableActors", "Locks"]),
        Room("AgentClient/Sockets", ["AgentHost", "CLinux", "DurableActors", "Glibc", "HostClient", "Locks"], .unsafe),
        Room("HostClient", ["AgentHost", "CLinux", "DurableActors", "Glibc"], .unsafe),
        Room(
            "HostClient/Nodes",
            ["AgentHost", "CLinux", "Cluster", "DurableActors", "FoundationEssentials", "Glibc"],
            .unsafe
        ),
    ]
}
