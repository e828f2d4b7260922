// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "DurableActors", path: "..")],
    targets: [
        // Under a name of its own, since a graph of packages has one target of each name.
        .systemLibrary(name: "CRawLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(name: "CRawSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "Measure", swiftSettings: strict),
        .target(name: "CProcess"),
        .target(
            name: "RawLimits",
            dependencies: ["Measure", "CRawLMDB", "CRawSQLite", "CProcess"],
            swiftSettings: strict
        ),
        .target(
            name: "Peers",
            dependencies: ["Measure"],
            path: "Peers",
            resources: [.embedInCode("erlang/call_peer.erl"), .embedInCode("dbos/dbos_peer.py")],
            swiftSettings: strict
        ),
        .target(
            name: "ObjectCases",
            dependencies: [
                "Measure", "CProcess", "RawLimits",
                .product(name: "DurableActors", package: "DurableActors"),
                .product(name: "Workflows", package: "DurableActors"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "SocketCases",
            dependencies: [
                "Measure", .product(name: "DurableActors", package: "DurableActors"),
                .product(name: "AgentHost", package: "DurableActors"),
                .product(name: "HostClient", package: "DurableActors"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "AgentCases",
            dependencies: [
                "Measure", "RawLimits", .product(name: "DurableActors", package: "DurableActors"),
                .product(name: "AgentHost", package: "DurableActors"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "bench",
            dependencies: ["Measure", "RawLimits", "Peers", "ObjectCases", "SocketCases", "AgentCases"],
            swiftSettings: strict
        ),
        .testTarget(name: "MeasureTests", dependencies: ["Measure"], swiftSettings: strict),
    ]
)
