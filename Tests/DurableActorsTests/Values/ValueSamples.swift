import Foundation

struct Address: Codable, Hashable {
    var street: String
    var number: Int
    var note: String?
}

struct Person: Codable, Hashable {
    var name: String
    var age: Int
    var height: Double
    var isMember: Bool
    var address: Address
}

enum Shape: Codable, Hashable, Sendable {
    case point
    case circle(radius: Double)
    case polygon([Int], name: String)
    indirect case pair(Shape, Shape)
}

enum Suit: String, Codable, Hashable, CodingKeyRepresentable {
    case hearts
    case spades
}

struct Wrapper<Value: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
    var value: Value
}

struct Bare: Codable, Hashable {
    var text: String

    init(text: String) { self.text = text }

    init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

struct Empty: Codable, Hashable {}

class Animal: Codable {
    var legs: Int

    init(legs: Int) { self.legs = legs }
}

final class Dog: Animal {
    var name: String
    private enum Keys: CodingKey { case name }

    init(name: String, legs: Int) {
        self.name = name
        super.init(legs: legs)
    }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        name = try container.decode(String.self, forKey: .name)
        try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try super.encode(to: container.superEncoder())
        try container.encode(name, forKey: .name)
    }
}

/// Shares one keyed container with its superclass.
final class Cat: Animal {
    var name: String
    private enum Keys: CodingKey { case name }

    init(name: String, legs: Int) {
        self.name = name
        super.init(legs: legs)
    }

    required init(from decoder: any Decoder) throws {
        name = try decoder.container(keyedBy: Keys.self).decode(String.self, forKey: .name)
        try super.init(from: decoder)
    }

    override func encode(to encoder: any Encoder) throws {
        try super.encode(to: encoder)
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(name, forKey: .name)
    }
}

/// Fills two nested containers in turns, with items of every kind, after their parent has moved on.
struct Interleaved: Codable, Hashable {
    var count: Int

    private enum Keys: CodingKey { case left, right, middle, late, tail }

    init(count: Int) { self.count = count }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        count = try container.decode([Int].self, forKey: .right).count - 1
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        var left = container.nestedContainer(keyedBy: ValueName.self, forKey: .left)
        let late = container.superEncoder(forKey: .late)
        var right = container.nestedUnkeyedContainer(forKey: .right)
        for index in 0..<count {
            try left.encode(Address(street: "s", number: index), forKey: ValueName("k\(index)"))
            try right.encode(index)
        }
        try container.encode("middle", forKey: .middle)
        var inner = left.nestedUnkeyedContainer(forKey: ValueName("inner"))
        try right.encode(count)
        try inner.encode("in")
        try inner.encode(Shape.circle(radius: 1))
        try late.encodeLast("late")
        try container.encode(1, forKey: .tail)
    }
}

extension Encoder {
    fileprivate func encodeLast(_ text: String) throws {
        var container = singleValueContainer()
        try container.encode(text)
    }
}

struct ValueName: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// A value nested as deep as it says.
final class Nest: Codable {
    var inner: Nest?

    init(depth: Int) {
        inner = depth > 1 ? Nest(depth: depth - 1) : nil
    }

    var depth: Int {
        var (count, nest) = (1, inner)
        while let next = nest { (count, nest) = (count + 1, next.inner) }
        return count
    }
}

/// A small generator of numbers that are the same in every run (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

let person = Person(
    name: "Ada",
    age: 36,
    height: 1.65,
    isMember: true,
    address: Address(street: "St. James's Square", number: 12, note: nil)
)
