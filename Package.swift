// swift-tools-version: 6.2
import PackageDescription

/// One strict array for every target; each flag closes a class of mistakes at compile time.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),  // SE-0458: each unsafe expression is marked and audited
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461: helpers stay on the object that calls them
]

let package = Package(
    name: "DurableActors",
    products: [
        .library(name: "DurableActors", targets: ["DurableActors"]),
        .library(name: "Workflows", targets: ["Workflows"]),
        .library(name: "AgentHost", targets: ["AgentHost"]),
        .library(name: "Cluster", targets: ["Cluster"]),
        .library(name: "AgentClient", targets: ["AgentClient"]),
        .library(name: "Sandbox", targets: ["Sandbox"]),
        .library(name: "TaskAgent", targets: ["TaskAgent"]),
        .library(name: "HostClient", targets: ["HostClient"]),
        .library(name: "DurableActorsTestKit", targets: ["DurableActorsTestKit"]),
        .executable(name: "task-agent", targets: ["task-agent"]),
        .executable(name: "task-agent-gate", targets: ["task-agent-gate"]),
        .executable(name: "sandbox-supervisor", targets: ["sandbox-supervisor"]),
    ],
    targets: [
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CLinux"),
        .target(name: "Locks", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "DurableActors", dependencies: ["Locks", "CLMDB", "CCrypto", "CSQLite"], swiftSettings: strict),
        .target(name: "Cluster", dependencies: ["DurableActors", "Locks", "CCrypto"], swiftSettings: strict),
        .target(name: "Workflows", dependencies: ["DurableActors", "Locks"], swiftSettings: strict),
        .target(
            name: "AgentHost",
            dependencies: ["DurableActors", "Cluster", "Workflows", "Locks", "CLinux", "CCrypto"],
            swiftSettings: strict
        ),
        .target(name: "Sandbox", dependencies: ["Locks", "CLinux"], swiftSettings: strict),
        .executableTarget(name: "sandbox-supervisor", dependencies: ["Sandbox", "CLinux"], swiftSettings: strict),
        .target(
            name: "TaskAgent",
            dependencies: ["AgentHost", "Workflows", "DurableActors", "Sandbox", "Locks"],
            resources: ["index.html", "page.css", "page.js", "client.js", "tasks.js", "schedules.js"].map {
                .embedInCode("Page/\($0)")
            },
            swiftSettings: strict
        ),
        .executableTarget(
            name: "task-agent",
            dependencies: ["TaskAgent", "AgentHost", "Sandbox"],
            swiftSettings: strict
        ),
        .target(
            name: "HostClient",
            dependencies: ["AgentHost", "Cluster", "DurableActors", "CLinux"],
            swiftSettings: strict
        ),
        .target(
            name: "AgentClient",
            dependencies: ["AgentHost", "DurableActors", "HostClient", "Locks", "CLinux"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "task-agent-gate",
            dependencies: ["HostClient", "DurableActors"],
            swiftSettings: strict
        ),
        .target(
            name: "DurableActorsTestKit",
            dependencies: ["Cluster", "DurableActors", "Sandbox", "Locks"],
            swiftSettings: strict
        ),
        .target(
            name: "Examples",
            dependencies: ["AgentHost", "DurableActors", "Workflows"],
            path: "Examples",
            swiftSettings: strict
        ),
        .testTarget(
            name: "ExamplesTests",
            dependencies: ["Examples", "AgentHost", "DurableActorsTestKit", "HostClient", "Locks", "Workflows"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DurableActorsTests",
            dependencies: ["DurableActors", "DurableActorsTestKit", "Locks"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ClusterTests",
            dependencies: ["Cluster", "DurableActors", "DurableActorsTestKit", "Locks", "Workflows"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WorkflowsTests",
            dependencies: ["Workflows", "DurableActorsTestKit", "Locks"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AgentHostTests",
            dependencies: ["AgentHost", "Cluster", "DurableActorsTestKit", "HostClient", "Locks", "Workflows"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AgentClientTests",
            dependencies: ["AgentClient", "AgentHost", "DurableActorsTestKit", "HostClient", "Locks", "agent-host"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SandboxTests",
            dependencies: ["Sandbox", "CLinux", "DurableActorsTestKit", "sandbox-supervisor", "Locks"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TaskAgentTests",
            dependencies: ["TaskAgent", "DurableActorsTestKit", "HostClient", "Sandbox", "Locks"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "agent-host",
            dependencies: ["AgentHost", "DurableActors"],
            path: "Tests/agent-host",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "crash-host",
            dependencies: ["AgentHost", "Cluster", "DurableActors", "Locks", "Workflows"],
            path: "Tests/crash-host",
            swiftSettings: strict
        ),
        .testTarget(
            name: "CrashTests",
            dependencies: ["HostClient", "DurableActors", "task-agent", "sandbox-supervisor", "crash-host", "Locks"],
            swiftSettings: strict
        ),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ]
)
