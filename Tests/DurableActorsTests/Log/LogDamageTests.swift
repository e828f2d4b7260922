import DurableActors
import DurableActorsTestKit
import Testing

/// Logs that a crash cannot have left: a start refuses them and leaves them as they are.
@Suite struct LogDamageTests {
    private func logged(groups: Int, bytes: Int = 40) throws -> MemoryStore {
        var sizes = LogSizes()
        sizes.segmentBytes = 2048
        sizes.maximumSegments = 100
        let disk = MemoryStore(logSizes: sizes)
        let rig = try LogRig(disk)
        let writer = RigWriter(SeededRandom(seed: 3))
        for _ in 0..<groups { #expect(rig.commit(writer.group(bytes: bytes))) }
        return disk
    }

    private func refusal(_ disk: MemoryStore) -> String? {
        do {
            _ = try LogRig(disk)
            return nil
        } catch {
            #expect((error as? StorageError)?.code == .format)
            return "\(error)"
        }
    }

    @Test func `a record that is damaged before a good one is refused`() throws {
        let disk = try logged(groups: 3)
        disk.damage("segment-1", at: 64 + 40)
        #expect(refusal(disk) == "The log is damaged before its record 2, which was acknowledged.")
    }

    @Test func `the last record, if it is damaged, counts as one that was never acknowledged`() throws {
        let disk = try logged(groups: 1)
        disk.damage("segment-1", at: 64 + 40)
        #expect(refusal(disk) == nil)
    }

    @Test func `a header that is damaged before a record is refused`() throws {
        let disk = try logged(groups: 1)
        disk.damage("segment-1", at: 20)
        #expect(refusal(disk) == "The log is damaged before its record 1, which was acknowledged.")
    }

    @Test func `a segment that is missing before another is refused`() throws {
        let disk = try logged(groups: 60)
        #expect(try disk.names().count > 3)
        try disk.remove("segment-2")
        #expect(refusal(disk)?.contains("which were acknowledged") == true)
    }

    @Test func `damage to what the store contains already does no harm`() throws {
        let disk = try logged(groups: 3)
        _ = try LogRig(disk)
        disk.damage("segment-1", at: 64 + 40)
        #expect(refusal(disk) == nil)
    }

    @Test func `data of format 1 gets a log, and without it is refused from then on`() throws {
        let disk = MemoryStore(isLogged: true)
        let writer = RigWriter(SeededRandom(seed: 3))
        let first = writer.group()
        try ObjectStore(disk).commit(RigOwners().seal(first))
        let rig = try LogRig(disk)
        let second = writer.group()
        #expect(rig.commit(second))
        #expect(try StoreContents(opening: disk.copy()) == StoreContents(applying: [first, second]))
        let error = #expect(throws: StorageError.self) { try ObjectStore(disk) }
        #expect(error?.description == "The data has format 2; this version reads 1.")
        try disk.write { try $0.put(.meta, RowLayout.formatKey, [0, 0, 0, 3]) }
        #expect(refusal(disk) == "The data has format 3; this version reads 1 and 2.")
    }
}
