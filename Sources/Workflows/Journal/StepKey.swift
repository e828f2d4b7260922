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

        init(_ kind: Kind, _ name: String) {
            self.kind = kind
            nameBytes = Array(name.utf8)
        }

        var name: String { String(decoding: nameBytes, as: UTF8.self) }
    }

    let family: Family
    let count: Int
    /// The key within a row's key: kind, count of fixed width, then the name to the end.
    let bytes: [UInt8]

    /// How the step is called in messages.
    var label: String { "\(family.name)-\(count)" }

    /// The bytes as a text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    init(family: Family, count: Int) {
        self.family = family
        self.count = count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(17 + family.nameBytes.count)
        bytes.append(contentsOf: family.kind.rawValue.utf8)
        bytes.append(contentsOf: JournalKeys.digits(UInt64(count)))
        bytes.append(contentsOf: family.nameBytes)
        self.bytes = bytes
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

    static func == (left: StepKey, right: StepKey) -> Bool { left.bytes == right.bytes }

    func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
