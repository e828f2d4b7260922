import DurableActors
import DurableActorsTestKit
import Foundation

/// The two stores behind one conformance suite.
enum StoreKind: String, CaseIterable, Sendable {
    case memory
    case lmdb
}

/// A directory that is gone with its last user.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("durable-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // Silence is right: what cannot be removed is left to the system's own cleaning.
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// Opens one store again and again, as restarts do.
final class StoreUnderTest: Sendable {
    let kind: StoreKind
    private let directory: TemporaryDirectory
    private let memory: MemoryStore

    init(_ kind: StoreKind) throws {
        self.kind = kind
        directory = try TemporaryDirectory()
        memory = MemoryStore()
    }

    func open() throws -> any OrderedStore {
        switch kind {
        case .memory: memory
        case .lmdb: try LMDBStore(directory: directory.path, mapBytes: 64 << 20)
        }
    }
}
