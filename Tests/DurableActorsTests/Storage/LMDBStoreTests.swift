import DurableActors
import DurableActorsTestKit
import Foundation
import Testing

@Suite struct LMDBStoreTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func open(mapBytes: Int = 16 << 20) throws -> LMDBStore {
        try LMDBStore(directory: directory.path, mapBytes: mapBytes)
    }

    @Test func `a second opener is refused while the first lives and admitted after it closes`() throws {
        let first = try open()
        let error = #expect(throws: StorageError.self) { try open() }
        #expect(error?.code == .inUse)
        try first.write { try $0.put(.rows, [1], [2]) }
        first.close()
        let second = try open()
        #expect(try second.read { try $0.get(.rows, [1]) } == [2])
        let closed = #expect(throws: StorageError.self) { try first.read { try $0.get(.rows, [1]) } }
        #expect(closed?.description == "The store is closed.")
    }

    @Test func `a store that is closed within a read ends after it`() throws {
        let store = try open()
        try store.write { try $0.put(.rows, [1], [2]) }
        let found = try store.read { snapshot in
            store.close()
            return try snapshot.get(.rows, [1])
        }
        #expect(found == [2])
        #expect(try open().read { try $0.get(.rows, [1]) } == [2])
    }

    @Test func `a runtime that was shut down leaves its directory to the next`() throws {
        let world = SimulatedWorld(seed: 1)
        for expected in 1...3 {
            let runtime = try DurableObjectRuntime(world: world.world, store: try open())
            let counters = try runtime.register(
                Counter.self,
                binding: "C",
                uniqueKey: "c",
                environment: NoEnvironment()
            )
            #expect(try world.run { try await counters.getByName("one").increment(by: 1) } == expected)
            runtime.shutdown()
        }
    }

    @Test func `a directory that cannot be made is refused`() throws {
        let error = #expect(throws: StorageError.self) {
            try LMDBStore(directory: directory.path + "/missing/deeper")
        }
        #expect(error?.code == .io)
        #expect(error?.engineCode == 2)
    }

    @Test(.enabled(if: getuid() != 0, "The superuser may write everywhere."))
    func `a read-only directory is refused`() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: directory.path)
        let error = #expect(throws: StorageError.self) { try open() }
        #expect(error?.code == .readOnly)
    }

    @Test func `a file in place of the lock or the data is refused`() throws {
        try FileManager.default.createDirectory(
            atPath: directory.path + "/host.lock",
            withIntermediateDirectories: false
        )
        #expect(throws: StorageError.self) { try open() }
    }

    @Test func `a damaged data file is refused`() throws {
        try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: directory.path + "/data.mdb"))
        let error = #expect(throws: StorageError.self) { try open() }
        #expect(error?.code == .format)
    }

    @Test func `a full map says so, loses nothing and takes smaller writes again`() throws {
        let store = try open(mapBytes: 1 << 20)
        try store.write { try $0.put(.rows, [1], [1]) }
        let error = #expect(throws: StorageError.self) {
            try store.write { transaction in
                try transaction.put(.rows, [1], [9])
                for key: UInt8 in 2...40 { try transaction.put(.rows, [key], [UInt8](repeating: key, count: 100_000)) }
            }
        }
        #expect(error?.code == .full)
        #expect(try store.read { try $0.get(.rows, [1]) } == [1])
        #expect(try store.read { try $0.get(.rows, [2]) } == nil)
        try store.write { try $0.put(.rows, [2], [2]) }
        #expect(try store.read { try $0.get(.rows, [2]) } == [2])
    }

    @Test func `an object on a full disk gets SQLITE_FULL and keeps what it had`() throws {
        let world = SimulatedWorld(seed: 1)
        let runtime = try DurableObjectRuntime(world: world.world, store: try open(mapBytes: 1 << 20))
        defer { runtime.shutdown() }
        let counters = try runtime.register(Counter.self, binding: "C", uniqueKey: "c", environment: NoEnvironment())
        let stub = counters.getByName("one")
        #expect(try world.run { try await stub.increment(by: 4) } == 4)
        let error = #expect(throws: DurableObjectError.self) {
            try world.run { try await stub.note(String(repeating: "x", count: 1_500_000)) }
        }
        #expect(error?.message == "database or disk is full: SQLITE_FULL")
        #expect(try world.run { try await counters.getByName("one").increment(by: 1) } == 5)
    }

    @Test(arguments: StoreKind.allCases)
    func `data of another format is refused`(kind: StoreKind) throws {
        let place = try StoreUnderTest(kind)
        let store = try place.open()
        _ = try ObjectStore(store)
        try store.write { try $0.put(.meta, RowLayout.formatKey, [0, 0, 0, 2]) }
        let error = #expect(throws: StorageError.self) { try ObjectStore(store) }
        #expect(error?.code == .format)
        #expect(error?.description == "The data has format 2; this version reads 1.")
    }

    @Test(arguments: StoreKind.allCases)
    func `classes keep their numbers and object numbers are never used again`(kind: StoreKind) throws {
        let objects = try ObjectStore(try StoreUnderTest(kind).open())
        let first = try objects.classNumber(uniqueKey: "a")
        let second = try objects.classNumber(uniqueKey: "b")
        #expect(first != second)
        #expect(try objects.classNumber(uniqueKey: "a") == first)
        #expect(try objects.nextObjectNumber() == 1)
    }
}
