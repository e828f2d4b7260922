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
        .target(name: "Measure", swiftSettings: strict),
        .target(name: "CAffinity"),
        .target(name: "RawLimits", dependencies: ["Measure", "CRawLMDB", "CAffinity"], swiftSettings: strict),
        .target(
            name: "ErlangPeer",
            dependencies: ["Measure"],
            path: "Peers/erlang",
            resources: [.embedInCode("call_peer.erl")],
            swiftSettings: strict
        ),
        .target(
            name: "ObjectCases",
            dependencies: ["Measure", .product(name: "DurableActors", package: "DurableActors")],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "bench",
            dependencies: ["Measure", "RawLimits", "ErlangPeer", "ObjectCases"],
            swiftSettings: strict
        ),
        .testTarget(name: "MeasureTests", dependencies: ["Measure"], swiftSettings: strict),
    ]
)
