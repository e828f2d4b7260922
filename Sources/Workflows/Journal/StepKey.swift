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

    /// How the step is called in messages.
    var label: String { "\(family.name)-\(count)" }

    /// The key's text within a row's key: kind, count of fixed width, then the name to the end.
    var text: String { "\(family.kind.rawValue)\(JournalKeys.number(UInt64(count)))\(family.name)" }

    init(family: Family, count: Int) {
        self.family = family
        self.count = count
    }

    /// Reads what `text` wrote.
    init?(text: Substring) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 17, let kind = Kind(rawValue: String(decoding: bytes[..<1], as: UTF8.self)),
            let count = Int(String(decoding: bytes[1..<17], as: UTF8.self), radix: 16)
        else { return nil }
        self.init(family: Family(kind, String(decoding: bytes[17...], as: UTF8.self)), count: count)
    }
}
