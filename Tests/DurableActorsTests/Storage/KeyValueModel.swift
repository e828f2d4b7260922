import DurableActors
import DurableActorsTestKit

/// What the key-value calls must answer, the simple way.
struct KeyValueModel: Sendable {
    var entries: [String: Int] = [:]

    func list(_ options: ListOptions) -> [(key: String, value: Int)] {
        var found = entries.filter { entry in
            let key = Array(entry.key.utf8)
            func precedes(_ other: String) -> Bool { key.lexicographicallyPrecedes(Array(other.utf8)) }
            if let start = options.start, precedes(start) { return false }
            if let after = options.startAfter, precedes(after) || key == Array(after.utf8) { return false }
            if let end = options.end, !precedes(end) { return false }
            if let prefix = options.prefix, !key.starts(with: Array(prefix.utf8)) { return false }
            return true
        }.map { (key: $0.key, value: $0.value) }
        found.sort { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
        if options.reverse { found.reverse() }
        return Array(found.prefix(options.limit ?? .max))
    }
}

/// One step of a random history.
enum KeyValueStep: Sendable {
    case put(String, Int)
    case delete(String)
    case get(String)
    case list(ListOptions)
    case deleteAll
    /// A transaction that is undone when `keeps` is false.
    case transaction([(key: String, value: Int)], keeps: Bool)
}

/// Random steps over keys that crowd around the bound between short and long ones.
struct KeyValueHistory {
    let random: SeededRandom

    func key() -> String {
        let stem = ["", "a", "ä", "x"][random.below(4)]
        let lengths = [0, 1, 2, 398, 399, 400, 401, 402, 700, 2040]
        let length = lengths[random.below(lengths.count)]
        let tail = ["", "\u{0}", "a", "b", "ab", "\u{7F}", "é"][random.below(7)]
        return stem + String(repeating: "m", count: length) + tail
    }

    func steps(_ count: Int) -> [KeyValueStep] {
        (0..<count).map { _ in
            switch random.below(20) {
            case 0..<8: .put(key(), random.below(1000))
            case 8..<11: .delete(key())
            case 11..<14: .get(key())
            case 14..<18: .list(options())
            case 18:
                .transaction(
                    (0..<3).map { _ in (key: key(), value: random.below(1000)) },
                    keeps: random.below(2) == 0
                )
            default: random.below(4) == 0 ? .deleteAll : .get(key())
            }
        }
    }

    private func options() -> ListOptions {
        var options = ListOptions(reverse: random.below(2) == 0)
        switch random.below(4) {
        case 0: options.start = key()
        case 1: options.startAfter = key()
        default: break
        }
        if random.below(3) == 0 { options.end = key() }
        if random.below(3) == 0 { options.prefix = String(key().prefix(random.below(402))) }
        if random.below(2) == 0 { options.limit = 1 + random.below(6) }
        return options
    }
}

extension KeyValueModel {
    private struct Undone: Error {}

    /// Takes a step on the model and on storage; the text tells where they differ, nil where they agree.
    mutating func take(
        _ step: KeyValueStep,
        on storage: DurableObjectStorage,
        confirmed: Bool
    ) async throws -> String? {
        switch step {
        case .put(let key, let value):
            try await storage.put(key, value, allowUnconfirmed: !confirmed)
            entries[key] = value
            return nil
        case .delete(let key):
            let found = try await storage.delete(key, allowUnconfirmed: !confirmed)
            return found == (entries.removeValue(forKey: key) != nil) ? nil : "delete of \(key.utf8.count) bytes"
        case .get(let key):
            let found = try await storage.get(key, as: Int.self)
            return found == entries[key] ? nil : "get of \(key.utf8.count) bytes"
        case .list(let options):
            let found = try await storage.list(options, as: Int.self)
            let wanted = list(options)
            let agrees = found.keys == wanted.map(\.key) && found.values == wanted.map(\.value)
            return agrees ? nil : "list \(found.keys.map(\.utf8.count)) for \(wanted.map(\.key.utf8.count))"
        case .deleteAll:
            try await storage.deleteAll()
            entries = [:]
            return nil
        case .transaction(let writes, let keeps):
            do {
                try storage.transactionSync {
                    for write in writes { try storage.kv.put(write.key, write.value) }
                    if !keeps { throw Undone() }
                }
                for write in writes { entries[write.key] = write.value }
            } catch is Undone {}
            return nil
        }
    }
}
