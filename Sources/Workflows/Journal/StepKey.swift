/// Which step a row belongs to: kind, name and count, compared by bytes.
///
/// Two names that Swift calls equal but that differ in Unicode normalisation are two steps.
struct StepKey: Hashable, Sendable {
    /// The kinds of steps; the letters are on disk.
    enum Kind: String, Sendable {
        case call = "d"
        case sleep = "s"
        case wait = "w"
        /// A recorded time, random number or unique id.
        case fact = "f"
        /// A value published for queries; not recorded, only counted.
        case publication = "p"
    }

    /// A kind and a name, which is what counts are kept for.
    struct Family: Hashable, Sendable {
        let kind: Kind
        /// The key of the row of a step of the family whose count is zero.
        fileprivate let row: [UInt8]
        /// The name mixed into one number, since keys are looked up several times a step.
        fileprivate let mixed: UInt64

        init(_ kind: Kind, _ name: String) {
            self.kind = kind
            var row: [UInt8] = []
            row.reserveCapacity(StepKey.front + name.utf8.count)
            row.append(contentsOf: JournalKeys.steps.utf8)
            row.append(contentsOf: kind.rawValue.utf8)
            for _ in 0..<16 { row.append(JournalKeys.digit(0)) }
            row.append(contentsOf: name.utf8)
            self.row = row
            // FNV-1a.
            mixed = row.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }

        /// Whether it is the family of that kind and name.
        func isOf(_ kind: Kind, _ name: String) -> Bool {
            let (own, bytes) = (row.span, name.utf8.span)
            guard kind == self.kind, own.count == StepKey.front + bytes.count else { return false }
            for place in bytes.indices where bytes[place] != own[StepKey.front + place] { return false }
            return true
        }

        private var nameBytes: ArraySlice<UInt8> { row[StepKey.front...] }

        var name: String { String(decoding: nameBytes, as: UTF8.self) }

        static func == (left: Family, right: Family) -> Bool { left.row == right.row }

        func hash(into hasher: inout Hasher) { hasher.combine(mixed) }
    }

    /// A key is handed on many times in a step, so it is one reference.
    private final class Parts: Sendable {
        let family: Family
        let count: Int
        let row: [UInt8]

        init(_ family: Family, _ count: Int, _ row: [UInt8]) {
            self.family = family
            self.count = count
            self.row = row
        }
    }

    private let parts: Parts

    var family: Family { parts.family }
    var count: Int { parts.count }
    /// The key of the step's row.
    var row: [UInt8] { parts.row }
    /// What is the step's own in it: kind, count of fixed width, then the name to the end.
    var bytes: ArraySlice<UInt8> { row[JournalKeys.steps.utf8.count...] }

    /// How the step is called in messages.
    var label: String { "\(family.name)-\(count)" }

    /// The bytes as a text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    init(family: Family, count: Int) {
        var row = family.row
        var (rest, place) = (UInt64(count), Self.front)
        while rest > 0 {
            place -= 1
            row[place] = JournalKeys.digit(rest & 15)
            rest >>= 4
        }
        parts = Parts(family, count, row)
    }

    /// How many bytes of a row's key come before the step's name: those of all steps, the kind and sixteen digits.
    private static let front = JournalKeys.steps.utf8.count + 17

    /// Reads what `bytes` holds.
    init?(bytes: some Collection<UInt8>) {
        guard bytes.count >= 17, let kind = Kind(rawValue: String(decoding: bytes.prefix(1), as: UTF8.self)),
            let count = Int(String(decoding: bytes.dropFirst().prefix(16), as: UTF8.self), radix: 16)
        else { return nil }
        self.init(family: Family(kind, String(decoding: bytes.dropFirst(17), as: UTF8.self)), count: count)
    }

    /// Reads what `text` wrote.
    init?(text: Substring) { self.init(bytes: text.utf8) }

    static func == (left: StepKey, right: StepKey) -> Bool {
        left.parts === right.parts
            || left.count == right.count && left.family.mixed == right.family.mixed && left.row == right.row
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(parts.family.mixed &+ UInt64(truncatingIfNeeded: parts.count))
    }
}
