import Cluster
import DurableActors
import DurableActorsTestKit

/// What is between the nodes: letters of keepers, which may be lost, doubled and overtaken, and links that keep order.
struct SweptNetwork {
    struct Letter {
        enum Content {
            case message(ShardMessage)
            case bundle(ShardIndex, ShardTransfer, SweptDisk.Rows)
        }
        let from: String
        let to: String
        let content: Content
    }

    /// What comes out of a link.
    enum Item {
        case up(Int)
        case down
        case request(ShardRequest)
        case refusal(ShardRequest, elsewhere: String, epoch: UInt64)
        case answer(UInt64)
    }

    struct Pair: Hashable {
        let low: String
        let high: String

        init(_ one: String, _ other: String) { (low, high) = one < other ? (one, other) : (other, one) }
    }

    struct Way: Hashable {
        let from: String
        let to: String
    }

    var letters: [Letter] = []
    /// Doubles of letters that came; they come again at any later time.
    var doubles: [Letter] = []
    private(set) var inbound: [Way: [Item]] = [:]
    /// The number of the connection of each pair that has one.
    private(set) var connections: [Pair: Int] = [:]
    private var lastConnection = 0

    /// Brings the doubles for a node now, when they are likely to do harm.
    mutating func repeatLetters(to node: String) {
        letters += doubles.filter { $0.to == node }
        doubles.removeAll { $0.to == node }
    }

    mutating func send(_ item: Item, from: String, to: String, over connection: Int?) {
        // What a node says over a connection that is gone is lost.
        guard let connection, connections[Pair(from, to)] == connection else { return }
        inbound[Way(from: from, to: to), default: []].append(item)
    }

    /// The next thing that a node hears from a peer.
    mutating func receive(_ node: String, from peer: String) -> Item? {
        let way = Way(from: peer, to: node)
        guard inbound[way]?.isEmpty == false else { return nil }
        return inbound[way]?.removeFirst()
    }

    mutating func connect(_ one: String, _ other: String) {
        guard connections[Pair(one, other)] == nil else { return }
        lastConnection += 1
        connections[Pair(one, other)] = lastConnection
        inbound[Way(from: one, to: other), default: []].append(.up(lastConnection))
        inbound[Way(from: other, to: one), default: []].append(.up(lastConnection))
    }

    /// Breaks a connection; of what is on its way only a first part still arrives.
    mutating func cut(_ one: String, _ other: String, _ random: SeededRandom) {
        guard connections.removeValue(forKey: Pair(one, other)) != nil else { return }
        for way in [Way(from: one, to: other), Way(from: other, to: one)] {
            let items = inbound[way, default: []]
            // News of the link itself are the node's own and not lost.
            let lastNews = items.lastIndex { item in
                switch item {
                case .up, .down: true
                case .request, .refusal, .answer: false
                }
            }
            let kept = (lastNews.map { $0 + 1 } ?? 0)
            inbound[way] = items.prefix(kept + random.below(items.count - kept + 1)) + [.down]
        }
    }

    /// A node is gone with all that it has not heard.
    mutating func forget(_ node: String, _ random: SeededRandom) {
        for pair in connections.keys.sorted(by: { ($0.low, $0.high) < ($1.low, $1.high) })
        where pair.low == node || pair.high == node {
            cut(pair.low, pair.high, random)
        }
        for way in inbound.keys where way.to == node { inbound[way] = nil }
    }
}
