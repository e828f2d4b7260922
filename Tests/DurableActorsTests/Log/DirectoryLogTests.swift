import DurableActors
import DurableActorsTestKit
import Foundation
import Testing

/// The log and LMDB in a directory, as in production.
@Suite struct DirectoryLogTests {
    private let directory: TemporaryDirectory
    private let world = SimulatedWorld(seed: 1)

    init() throws { directory = try TemporaryDirectory() }

    private func open() throws -> (objects: ObjectStore, store: LMDBStore) {
        let store = try LMDBStore(directory: directory.path, mapBytes: 16 << 20)
        var sizes = LogSizes()
        sizes.segmentBytes = 256 << 10
        let disk = try DirectoryLogDisk(directory.path + "/log")
        let objects = try ObjectStore(
            store,
            loggingTo: disk,
            sizes: sizes,
            world: world.world,
            log: .silent
        )
        return (objects, store)
    }

    private func segments() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path + "/log").sorted()
    }

    @Test func `what was logged is in the store after a start, whether the last one was closed or cut off`() throws {
        let writer = RigWriter(SeededRandom(seed: 8))
        var all: [[BatchContent]] = []
        for life in 0..<6 {
            let owners = RigOwners()
            let (objects, store) = try open()
            #expect(try StoreContents(store) == StoreContents(applying: all))
            for _ in 0..<20 {
                let group = writer.group(bytes: 900)
                try objects.commit(owners.seal(group))
                all.append(group)
            }
            #expect(try StoreContents(store) != StoreContents(applying: all))
            if life % 2 == 0 { objects.close() } else { store.close() }
        }
        #expect(try segments() == ["segment-1"])
    }

    @Test func `a closed store takes nothing more, and its log neither`() throws {
        let (objects, _) = try open()
        let writer = RigWriter(SeededRandom(seed: 8))
        let owners = RigOwners()
        try objects.commit(owners.seal(writer.group()))
        objects.close()
        objects.close()
        let error = #expect(throws: StorageError.self) {
            try objects.commit(owners.seal(writer.group()))
        }
        #expect(error?.description == "The store is closed.")
    }

    @Test func `a segment of another size is replaced`() throws {
        try FileManager.default.createDirectory(atPath: directory.path + "/log", withIntermediateDirectories: true)
        let path = directory.path + "/log/segment-7"
        try Data(repeating: 0, count: 5000).write(to: URL(fileURLWithPath: path))
        let (objects, _) = try open()
        let writer = RigWriter(SeededRandom(seed: 8))
        let owners = RigOwners()
        try objects.commit(owners.seal(writer.group()))
        #expect(try segments() == ["segment-8"])
        objects.close()
    }
}
