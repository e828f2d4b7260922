import Cluster
import DurableActors

/// What clients were told and what ran, and what of it breaks a promise.
struct SweptLedger {
    struct Call {
        let stub: Int
        let number: Int
        let shard: ShardIndex
        let object: Int
        let setsAlarm: Bool
        /// Where it began, and in which of that node's lives.
        let node: String
        let life: Int
    }

    private(set) var violations: [String] = []
    private(set) var calls: [UInt64: Call] = [:]
    /// The calls whose clients still wait.
    private(set) var waiting: Set<UInt64> = []
    private(set) var acknowledged: Set<UInt64> = []
    private(set) var rung: Set<UInt64> = []
    private var ran: Set<UInt64> = []
    private var lastOfStub: [Int: Int] = [:]
    private var owners: [ShardIndex: [UInt64: String]] = [:]

    mutating func fail(_ text: String) { violations.append(text) }

    mutating func begin(_ id: UInt64, _ call: Call) {
        calls[id] = call
        waiting.insert(id)
    }

    mutating func run(_ id: UInt64) {
        guard let call = calls[id] else { return }
        if !ran.insert(id).inserted { fail("call \(id) ran twice") }
        if lastOfStub[call.stub, default: 0] >= call.number { fail("stub \(call.stub)'s calls ran out of order") }
        lastOfStub[call.stub] = call.number
    }

    mutating func acknowledge(_ id: UInt64) { acknowledged.insert(id) }

    mutating func end(_ id: UInt64) { waiting.remove(id) }

    /// Ends the calls that a life of a node began.
    mutating func abandon(_ node: String, life: Int) {
        waiting = waiting.filter { calls[$0]?.node != node || calls[$0]?.life != life }
    }

    mutating func ring(_ alarm: UInt64) { rung.insert(alarm) }

    /// A node has become owner by a transfer: no other has in the same term.
    mutating func own(_ shard: ShardIndex, _ transfer: ShardTransfer, _ node: String) {
        let known = owners[shard, default: [:]].updateValue(node, forKey: transfer.term)
        if let known, known != node { fail("\(known) and \(node) own shard \(shard.value) in one term") }
    }

    /// Compares with what the owners have in the end.
    mutating func finish(_ owned: [ShardIndex: SweptDisk.Rows]) {
        for (id, call) in calls.sorted(by: { $0.key < $1.key }) where acknowledged.contains(id) {
            let rows = owned[call.shard]?[call.object]
            if rows?.calls.contains(id) != true { fail("call \(id) was acknowledged and is lost") }
            if call.setsAlarm, !rung.contains(id) { fail("the alarm of call \(id) never rang") }
        }
        for (shard, rows) in owned {
            for (object, row) in rows where Set(row.calls).count != row.calls.count {
                fail("object \(object) of shard \(shard.value) has a call twice")
            }
        }
    }
}
