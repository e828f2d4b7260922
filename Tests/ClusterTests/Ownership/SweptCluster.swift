import Cluster
import DurableActors
import DurableActorsTestKit

/// A cluster under one seed: nodes crash and pause, links break, letters are lost and doubled, memberships follow each
/// other, while clients call; then all faults stop, and everything must be as if there had been none.
final class SweptCluster {
    let random: SeededRandom
    let settings: KeeperSettings
    let objects = 12
    private let names: [String]
    var network = SweptNetwork()
    var ledger = SweptLedger()
    var brokenStubs: Set<Int> = []
    var rejected = 0
    private(set) var nodes: [SweptNode] = []
    private(set) var crashes = 0
    /// How many shards came to a node by a move.
    private(set) var moves = 0
    private var memberships: [ClusterMembership] = []
    private var now = 0
    private var lastCall: UInt64 = 0
    /// One in how many actions of a keeper is a node's last.
    private let crashRate: Int
    private let lossRate: Int
    /// One in how many times that they might do so the operators change the membership.
    private let calmness: Int
    private var isCalm = false

    init(seed: UInt64, faults: KeeperFaults = []) throws {
        random = SeededRandom(seed: seed)
        var settings = KeeperSettings()
        settings.shards = 4
        settings.transfersPerPeer = 2
        settings.faults = faults
        self.settings = settings
        crashRate = [40, 150, 100_000][random.below(3)]
        lossRate = [4, 20, 1000][random.below(3)]
        calmness = [1, 2, 6][random.below(3)]
        names = Array(["a", "b", "c", "d", "e"].prefix(2 + random.below(4)))
        memberships = [try membership(1)]
        for name in names { nodes.append(SweptNode(name: name, cluster: self)) }
        for node in nodes where memberships[0].node(named: node.name) != nil { node.start(memberships[0]) }
    }

    private func membership(_ epoch: UInt64) throws -> ClusterMembership {
        let weights = [0.5, 1, 2]
        var chosen = names.enumerated().filter { _ in random.below(2) == 0 }
        if chosen.isEmpty { chosen = [(0, names[0])] }
        return try ClusterMembership(
            epoch: epoch,
            nodes: chosen.map { index, name in
                ClusterNode(name: name, peerAddress: "10.0.0.\(index + 1):7000", weight: weights[random.below(3)])
            }
        )
    }

    func nextCall() -> UInt64 {
        lastCall += 1
        return lastCall
    }

    // MARK: Rules

    /// Whether a node ends at this point.
    func strikes() -> Bool {
        guard !isCalm, random.below(crashRate) == 0 else { return false }
        crashes += 1
        return true
    }

    /// Something of a shard begins or writes at a node: it is the only one that serves it.
    func checkOwner(_ shard: ShardIndex, _ name: String) {
        for node in nodes where node.name != name && node.serves(shard) {
            ledger.fail("\(name) and \(node.name) serve shard \(shard.value)")
        }
    }

    /// A node has written something down of shards: no other has written that it owns them.
    func checkRecords(_ shards: [ShardIndex], at node: SweptNode) {
        for shard in shards {
            if case .staged = node.disk.record.shards[shard] { network.repeatLetters(to: node.name) }
            guard case .owned(let transfer) = node.disk.record.shards[shard] else { continue }
            if transfer != .founding { moves += 1 }
            ledger.own(shard, transfer, node.name)
            for other in nodes where other !== node && other.disk.isOwner(of: shard) {
                ledger.fail("\(node.name) and \(other.name) own shard \(shard.value)")
            }
        }
    }

    // MARK: Running

    /// Goes on for some steps with faults, then without until all is well.
    func run(steps: Int) throws {
        for _ in 0..<steps {
            now += 1
            try disturb()
            for _ in 0..<3 { step(nodes[random.below(nodes.count)]) }
            deliver()
        }
        isCalm = true
        for _ in 0..<300 {
            settle()
            if unsettled().isEmpty { break }
        }
        for text in unsettled() { ledger.fail(text) }
        var owned: [ShardIndex: SweptDisk.Rows] = [:]
        for node in nodes {
            for (shard, rows) in node.disk.rows where node.disk.isOwner(of: shard) { owned[shard] = rows }
        }
        ledger.finish(owned)
    }

    private func step(_ node: SweptNode) {
        guard node.process != nil, node.pausedUntil < now else { return }
        switch random.below(20) {
        case 0..<6: node.receive()
        case 6..<10: node.commitNext()
        case 10..<14: node.runNext()
        case 14: node.ring()
        case 15: node.call()
        case 16: node.tell(.tick)
        default: node.tellNews()
        }
    }

    private func deliver() {
        if !network.doubles.isEmpty, isCalm || random.below(40) == 0 {
            hand(network.doubles.remove(at: random.below(network.doubles.count)))
        }
        guard !network.letters.isEmpty else { return }
        let letter = network.letters.remove(at: random.below(network.letters.count))
        guard isCalm || random.below(lossRate) != 0 else { return }
        if !isCalm, random.below(8) == 0 { network.doubles.append(letter) }
        hand(letter)
    }

    private func hand(_ letter: SweptNetwork.Letter) {
        guard let node = nodes.first(where: { $0.name == letter.to }) else { return }
        if node.pausedUntil > now { return network.letters.append(letter) }
        switch letter.content {
        case .message(let message): node.tell(.message(message, from: letter.from))
        case .bundle(let shard, let transfer, let rows):
            node.tell(.bundle(shard, transfer, from: letter.from), bundle: rows)
        }
    }

    /// Does what goes wrong, and what operators do.
    private func disturb() throws {
        let node = nodes[random.below(nodes.count)]
        let other = nodes[random.below(nodes.count)]
        switch random.below(60) {
        case 0..<6: start(node)
        case 6..<12: connect(node, withAll: false)
        case 12: if random.below(6) == 0, node !== other { network.cut(node.name, other.name, random) }
        case 13: if crashRate < 1000, random.below(6) == 0, node.process != nil { crash(node) }
        case 14: if random.below(4) == 0 { node.pausedUntil = now + random.below(150) }
        case 15:
            let isFounded = nodes.allSatisfy { node in
                memberships[0].node(named: node.name) == nil || node.disk.record.membership != nil
            }
            if isFounded, random.below(calmness) == 0 {
                memberships.append(try membership(UInt64(memberships.count) + 1))
            }
        default: if node.process?.wantsMembership == true || random.below(8) == 0 { read(node, recent()) }
        }
    }

    private func connect(_ node: SweptNode, withAll: Bool) {
        guard node.process != nil else { return }
        for other in nodes where other !== node && other.process != nil && (withAll || random.below(2) == 0) {
            network.connect(node.name, other.name)
        }
    }

    private func crash(_ node: SweptNode) {
        crashes += 1
        node.crash()
    }

    private func start(_ node: SweptNode) {
        guard node.process == nil else { return }
        let isFirst = memberships.count == 1 && memberships[0].node(named: node.name) == nil
        if !isFirst { node.start(recent()) }
    }

    /// What a node reads, which may be old.
    private func recent() -> ClusterMembership {
        let age = random.below(4) == 0 ? min(random.below(3), memberships.count - 1) : 0
        return memberships[memberships.count - 1 - age]
    }

    private func read(_ node: SweptNode, _ membership: ClusterMembership) {
        node.process?.wantsMembership = false
        node.tell(.membership(membership))
    }

    // MARK: Coming to rest

    private func settle() {
        for node in nodes {
            if node.process == nil { node.start(memberships[memberships.count - 1]) }
            node.pausedUntil = 0
            connect(node, withAll: true)
            read(node, memberships[memberships.count - 1])
        }
        for node in nodes { node.tell(.tick) }
        for _ in 0..<40 {
            for node in nodes {
                for _ in 0..<3 {
                    node.receive()
                    node.commitNext()
                    node.runNext()
                    node.tellNews()
                }
                node.ring()
            }
            for _ in 0..<10 { deliver() }
        }
    }

    /// What is not as it should be when no fault is left.
    private func unsettled() -> [String] {
        let newest = memberships[memberships.count - 1]
        let map = ShardMap(newest, shards: settings.shards)
        var found = ledger.waiting.sorted().map { "call \($0) was never answered" }
        for shard in (0..<settings.shards).map({ ShardIndex(UInt16($0)) }) {
            for node in nodes {
                let isPlace = map.owner(of: shard) == node.name
                guard let process = node.process else { continue }
                if (process.keeper.route(shard) == .serveHere) != isPlace {
                    found.append("shard \(shard.value) is \(isPlace ? "not " : "")served by \(node.name)")
                }
                let rows = node.disk.rows[shard] ?? [:]
                if rows.contains(where: { !$0.value.alarms.isEmpty }) { found.append("an alarm waits at \(node.name)") }
                if !isPlace, !rows.isEmpty { found.append("rows of shard \(shard.value) are left at \(node.name)") }
                if node.disk.bundles[shard] != nil { found.append("a bundle is left at \(node.name)") }
            }
        }
        return found
    }
}
