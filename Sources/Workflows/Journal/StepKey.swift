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
        let nameBytes: [UInt8]
        /// The name mixed into one number, since keys are looked up several times a step.
        fileprivate let mixed: UInt64

        init(_ kind: Kind, _ name: String) {
            self.kind = kind
            nameBytes = Array(name.utf8)
            // FNV-1a.
            mixed = nameBytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }

        var name: String { String(decoding: nameBytes, as: UTF8.self) }

        static func == (left: Family, right: Family) -> Bool {
            left.kind == right.kind && left.nameBytes == right.nameBytes
        }

        func hash(into hasher: inout Hasher) { hasher.combine(mixed) }
    }

    let family: Family
    let count: Int
    /// The key of the step's row.
    let row: [UInt8]
    /// What is the step's own in it: kind, count of fixed width, then the name to the end.
    var bytes: ArraySlice<UInt8> { row[JournalKeys.steps.utf8.count...] }

    /// How the step is called in messages.
    var label: String { "\(family.name)-\(count)" }

    /// The bytes as a text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    init(family: Family, count: Int) {
        self.family = family
        self.count = count
        var row: [UInt8] = []
        row.reserveCapacity(22 + family.nameBytes.count)
        row.append(contentsOf: JournalKeys.steps.utf8)
        row.append(contentsOf: family.kind.rawValue.utf8)
        JournalKeys.append(UInt64(count), to: &row)
        row.append(contentsOf: family.nameBytes)
        self.row = row
    }

    /// Reads what `bytes` holds.
    init?(bytes: some Collection<UInt8>) {
        guard bytes.count >= 17, let kind = Kind(rawValue: String(decoding: bytes.prefix(1), as: UTF8.self)),
            let count = Int(String(decoding: bytes.dropFirst().prefix(16), as: UTF8.self), radix: 16)
        else { return nil }
        self.init(family: Family(kind, String(decoding: bytes.dropFirst(17), as: UTF8.self)), count: count)
    }

    /// Reads what `text` wrote.
    init?(text: Substring) { self.init(bytes: text.utf8) }

    static func == (left: StepKey, right: StepKey) -> Bool { left.row == right.row }

    func hash(into hasher: inout Hasher) { hasher.combine(family.mixed &+ UInt64(truncatingIfNeeded: count)) }
}
