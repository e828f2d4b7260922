import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct KeyValueConformanceTests {
    @Test(arguments: StoreKind.allCases, [1, 2, 3, 4, 5, 6] as [UInt64])
    func `random histories over open, sealed and stored rows agree with a model`(kind: StoreKind, seed: UInt64) throws {
        let place = try StoreUnderTest(kind)
        let history = KeyValueHistory(random: SeededRandom(seed: seed))
        let world = SimulatedWorld(seed: seed)
        var (runtime, counters) = try open(place, world)
        var model = KeyValueModel()
        for round in 0..<60 {
            // While commits are held, only unconfirmed writes let the object answer.
            let holds = history.random.below(2) == 0
            world.scheduler.holdsCommits = holds
            let steps = history.steps(12).filter { step in
                if case .deleteAll = step { return !holds }
                if case .transaction = step { return !holds }
                return true
            }
            let stub = counters.getByName("one")
            let (before, isConfirmed) = (model, !holds)
            let (after, difference) = try world.run("round \(round)") {
                try await runInDurableObject(stub) { _, state in
                    var model = before
                    for step in steps {
                        if let difference = try await model.take(step, on: state.storage, confirmed: isConfirmed) {
                            return (model, Optional(difference))
                        }
                    }
                    return (model, nil)
                }
            }
            #expect(difference == nil, "round \(round)")
            model = after
            guard difference == nil else { return }
            if history.random.below(10) == 0 {
                world.scheduler.holdsCommits = false
                try world.settle()
                runtime.shutdown()
                (runtime, counters) = try open(place, world)
            }
        }
    }

    private func open(
        _ place: StoreUnderTest,
        _ world: SimulatedWorld
    ) throws -> (DurableObjectRuntime, DurableObjectNamespace<Counter>) {
        let runtime = try DurableObjectRuntime(world: world.world, store: try place.open())
        let counters = try runtime.register(Counter.self, binding: "A", uniqueKey: "a", environment: NoEnvironment())
        return (runtime, counters)
    }

    @Test(arguments: StoreKind.allCases)
    func `a store scans ranges both ways and keeps nothing of a write that throws`(kind: StoreKind) throws {
        struct Undone: Error {}
        let store = try StoreUnderTest(kind).open()
        try store.write { transaction in
            for byte: UInt8 in [5, 1, 3] { try transaction.put(.rows, [byte], [byte, byte]) }
            try transaction.put(.alarms, [3], [])
        }
        #expect(throws: Undone.self) {
            try store.write { transaction in
                try transaction.put(.rows, [9], [9])
                try transaction.delete(.rows, [1])
                throw Undone()
            }
        }
        func scan(_ lower: [UInt8], _ upper: [UInt8]?, reverse: Bool, limit: Int = .max) throws -> [[UInt8]] {
            var keys: [[UInt8]] = []
            try store.read { snapshot in
                try snapshot.scan(.rows, from: lower, to: upper, reverse: reverse) { key, value in
                    #expect(value == key + key)
                    keys.append(key)
                    return keys.count < limit
                }
            }
            return keys
        }
        #expect(try scan([], nil, reverse: false) == [[1], [3], [5]])
        #expect(try scan([], nil, reverse: true) == [[5], [3], [1]])
        #expect(try scan([1, 0], [5], reverse: false) == [[3]])
        #expect(try scan([1], [5], reverse: true) == [[3], [1]])
        #expect(try scan([1], [9], reverse: true, limit: 2) == [[5], [3]])
        #expect(try scan([6], nil, reverse: true) == [])
        #expect(try scan([5], [1], reverse: false) == [])
        #expect(try store.read { try $0.get(.alarms, [3]) } == [])
        #expect(try store.read { try $0.get(.directory, [3]) } == nil)
        #expect(throws: StorageError.self) {
            try store.write { try $0.put(.rows, [UInt8](repeating: 1, count: 512), [1]) }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a range of thousands of rows is deleted whole, and nothing beside it`(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        func key(_ first: UInt8, _ number: Int) -> [UInt8] { [first, UInt8(number >> 8), UInt8(number & 0xFF)] }
        try store.write { transaction in
            for first: UInt8 in [1, 2, 3] {
                for number in 0..<3_000 {
                    let size = number % 7 == 0 ? 20 : 4_080
                    try transaction.put(.rows, key(first, number), [UInt8](repeating: first, count: size))
                }
            }
        }
        func keys() throws -> [[UInt8]] {
            var keys: [[UInt8]] = []
            try store.read { snapshot in
                try snapshot.scan(.rows, from: [], to: nil, reverse: false) { key, _ in
                    keys.append(key)
                    return true
                }
            }
            return keys
        }
        try store.write { try $0.delete(.rows, KeyRange(lower: [2], upper: [2])) }
        try store.write { try $0.delete(.alarms, KeyRange()) }
        #expect(try keys().count == 9_000)
        try store.write { try $0.delete(.rows, KeyRange.prefix([2])) }
        #expect(try keys() == [1, 3].flatMap { first in (0..<3_000).map { key(first, $0) } })
        try store.write { try $0.delete(.rows, KeyRange(lower: key(3, 2_000))) }
        #expect(try keys() == (0..<3_000).map { key(1, $0) } + (0..<2_000).map { key(3, $0) })
        try store.write { try $0.delete(.rows, KeyRange()) }
        #expect(try keys() == [])
    }
}
