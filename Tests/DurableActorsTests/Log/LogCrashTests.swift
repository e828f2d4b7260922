import DurableActors
import DurableActorsTestKit
import Locks
import Testing

@Suite struct LogCrashTests {
    private static func run(
        seed: UInt64,
        disk: MemoryStore = MemoryStore(keepsHistory: true, isLogged: true),
        store: (any OrderedStore)? = nil,
        groups: Int = 60,
        fails: Bool = true
    ) throws -> LogRig {
        let rig = try LogRig(disk, seed: seed, store: store)
        let random = SeededRandom(seed: seed)
        let writer = RigWriter(random)
        for _ in 0..<groups {
            if fails, random.below(12) == 0 {
                for number in 1...1 + random.below(4) { disk.failWrite(number, with: StorageError(.io, "broken")) }
            }
            disk.isShortOfRoom = fails && random.below(10) == 0
            rig.commit(writer.group(bytes: random.below(15) == 0 ? 9000 : 400))
            disk.repair()
            if random.below(9) == 0 { try rig.world.advance(by: .milliseconds(700)) }
            rig.settle()
        }
        return rig
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `a power cut at any step leaves what was acknowledged and nothing that failed`(seed: UInt64) throws {
        let rig = try Self.run(seed: seed, fails: seed % 2 == 0)
        #expect(rig.groups.count { $0.isCommitted } > 30)
        #expect(rig.violations(torn: seed &* 1000) == [])
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `a start that is cut off itself is begun anew at the next and comes to the same`(seed: UInt64) throws {
        let rig = try Self.run(seed: seed, groups: 40, fails: false)
        for step in stride(from: 7, through: rig.disk.stepCount, by: 23) {
            let cut = rig.disk.copy(afterStep: step, tornBy: seed, keepsHistory: true)
            let whole = try StoreContents(opening: cut)
            for again in 0...cut.stepCount {
                #expect(try StoreContents(opening: cut.copy(afterStep: again, tornBy: 3)) == whole, "\(step), \(again)")
            }
        }
    }

    @Test func `a host goes on from what it found, again and again`() throws {
        var disk = MemoryStore(isLogged: true)
        let random = SeededRandom(seed: 4)
        let writer = RigWriter(random)
        var all: [[BatchContent]] = []
        for _ in 0..<25 {
            let rig = try LogRig(disk)
            for _ in 0..<random.below(9) {
                let group = writer.group(bytes: 300)
                #expect(rig.commit(group))
                all.append(group)
            }
            disk = disk.copy()
        }
        #expect(try StoreContents(opening: disk) == StoreContents(applying: all))
    }

    @Test func `a disk that acknowledges flushes and does not do them is caught`() throws {
        let disk = MemoryStore(keepsHistory: true, isLogged: true)
        disk.ignoreFlushes()
        #expect(try !Self.run(seed: 1, disk: disk, fails: false).violations(torn: 5).isEmpty)
    }

    @Test func `a checkpoint that does not store how far it got is caught`() throws {
        let disk = MemoryStore(keepsHistory: true, isLogged: true)
        let rig = try Self.run(seed: 1, disk: disk, store: ForgetfulStore(disk), fails: false)
        #expect(!rig.violations(torn: 5).isEmpty)
    }

    @Test func `after a failed flush groups go to the store, and the failed record is never found`() throws {
        let disk = MemoryStore(keepsHistory: true, isLogged: true)
        let rig = try LogRig(disk)
        let writer = RigWriter(SeededRandom(seed: 2))
        #expect(rig.commit(writer.group()))
        // The flush fails, then the store's commit.
        disk.failWrite(2, with: StorageError(.io, "broken"))
        disk.failWrite(3, with: StorageError(.io, "broken"))
        disk.failWrite(4, with: StorageError(.io, "broken"))
        #expect(!rig.commit(writer.group()))
        #expect(rig.groups.last?.settled == nil, "no object may start while the record could come back")
        #expect(rig.lines.all == ["error: The log takes no more until the next start: broken"])
        rig.settle()
        #expect(rig.groups.last?.settled != nil)
        let steps = disk.stepCount
        #expect(rig.commit(writer.group()))
        #expect(disk.stepCount == steps + 1, "one write of the store and nothing of the log")
        #expect(rig.violations(torn: 1) == [])
    }

    @Test func `without room for a segment groups go to the store until there is room again`() throws {
        let disk = MemoryStore(keepsHistory: true, isLogged: true)
        let rig = try LogRig(disk)
        let writer = RigWriter(SeededRandom(seed: 2))
        disk.isShortOfRoom = true
        for _ in 0..<3 { #expect(rig.commit(writer.group())) }
        #expect(rig.lines.all.count == 1)
        #expect(try disk.names().isEmpty)
        disk.isShortOfRoom = false
        #expect(rig.commit(writer.group()))
        #expect(try disk.names() == ["segment-1"])
        #expect(rig.violations(torn: 1) == [])
    }

    @Test func `when the store takes no more, commits fail once the log is full, and go on when it does again`() throws
    {
        let disk = MemoryStore(isLogged: true)
        let store = ClosableStore(disk)
        let rig = try LogRig(disk, store: store)
        let writer = RigWriter(SeededRandom(seed: 2))
        store.isFull.withLock { $0 = true }
        var taken = 0
        while rig.commit(writer.group(bytes: 400)) {
            taken += 1
            if taken % 10 == 0 { try rig.world.advance(by: .seconds(1)) }
        }
        #expect(taken > 20)
        #expect(!rig.commit(writer.group(bytes: 400)))
        store.isFull.withLock { $0 = false }
        let committed = rig.groups.filter(\.isCommitted).map(\.contents)
        #expect(try StoreContents(opening: disk.copy()) == StoreContents(applying: committed))
        let more = writer.group()
        #expect(rig.commit(more))
        #expect(try StoreContents(opening: disk.copy()) == StoreContents(applying: committed + [more]))
    }
}
