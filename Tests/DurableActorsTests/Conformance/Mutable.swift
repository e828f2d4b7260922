import Locks

/// A number with an identity: whoever has the object sees it change.
final class Mutable: Codable, Sendable {
    private let number: Mutex<Int>

    init(_ number: Int) { self.number = Mutex(number) }

    init(from decoder: any Decoder) throws {
        number = Mutex(try decoder.singleValueContainer().decode(Int.self))
    }

    var value: Int { number.withLock { $0 } }

    func set(_ value: Int) { number.withLock { $0 = value } }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}
