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
    ],
    targets: [
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "DurableActors", dependencies: ["CLMDB", "CCrypto"], swiftSettings: strict),
        .testTarget(name: "DurableActorsTests", dependencies: ["DurableActors"], swiftSettings: strict),
    ]
)
