import DurableActors
import Foundation
import Testing

/// A value to be encoded and decoded as its own type, by both codecs.
struct Sample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let binary: @Sendable () throws -> Bool
    let json: @Sendable () throws -> Bool

    init<T: Codable & Hashable & Sendable>(_ value: T) {
        testDescription = "\(T.self) \(value)"
        binary = {
            let bytes = try ValueCodec.encode(value)
            let copied = try unsafe bytes.withUnsafeBytes { try unsafe ValueCodec.decode(T.self, from: $0) }
            return try ValueCodec.decode(T.self, from: bytes) == value && copied == value
        }
        json = {
            let tree = try JSONValue(encoding: value)
            let text = try JSON.stringify(value)
            return try tree.decode(T.self) == value && JSON.stringify(tree) == text
                && JSON.parse(text).decode(T.self) == value
        }
    }
}

@Suite struct ValueRoundTripTests {
    static let samples: [Sample] = [
        Sample(0), Sample(-1), Sample(Int.max), Sample(Int.min), Sample(Int8.min), Sample(UInt16.max),
        Sample(Int32.min), Sample(UInt8.max), Sample(Int16(-5)), Sample(UInt32.max), Sample(UInt(7)),
        Sample(Int64.min), Sample(true), Sample(false), Sample(0.1), Sample(-0.0),
        Sample(Double.greatestFiniteMagnitude),
        Sample(Double.leastNonzeroMagnitude), Sample(Float(0.1)), Sample(Float.leastNonzeroMagnitude), Sample(""),
        Sample("snow ☃ 🎉 \u{0}\n"),
        Sample(String(repeating: "long ", count: 1000)), Sample([Int]()), Sample([1, 2, 3]), Sample(Array(0..<1000)),
        Sample([UInt8]([0, 255, 7])), Sample([UInt8]()), Sample(Data([1, 2, 3])), Sample(Data()),
        Sample([Data([1]), Data()]), Sample([[UInt8]([1]), []]), Sample(Date(timeIntervalSince1970: 1_769_903_970.125)),
        Sample(["a": Date(timeIntervalSince1970: -86400)]), Sample(Int?.none), Sample(Int?.some(3)),
        Sample(String?.some("x")), Sample(String?.none), Sample([Int?.some(1), nil, 3]), Sample([[Int]?.none, [1]]),
        Sample(["a": 1, "b": 2]), Sample([1: "a", -2: "b"]), Sample([1.5: "a"]), Sample([Suit.hearts: 1]),
        Sample(Dictionary(uniqueKeysWithValues: (0..<300).map { ("key\($0)", $0) })),
        Sample(Set([1, 2, 3])), Sample(person), Sample([person, person]), Sample(Shape.point),
        Sample(Shape.circle(radius: 2)), Sample(Shape.polygon([1, 2], name: "p")),
        Sample([Shape.pair(.point, .pair(.circle(radius: 1), .point)), .point]), Sample(Suit.spades),
        Sample(Wrapper(value: Int?.none)), Sample(Wrapper(value: Wrapper(value: [Bare(text: "b")]))),
        Sample(Bare(text: "bare")), Sample(Empty()), Sample([Empty(), Empty()]), Sample(1..<5), Sample(1...5),
        Sample(Decimal(string: "123.456") ?? 0), Sample(UUID()), Sample(URL(filePath: "/tmp/a b")),
        Sample([URL(filePath: "/x")]), Sample(Duration.seconds(10) + .nanoseconds(3)), Sample(Duration.seconds(-3)),
        Sample([Duration.milliseconds(-1)]), Sample(CollectionOfOne(4).map { $0 }), Sample(Interleaved(count: 3)),
        Sample(Interleaved(count: 200)), Sample(JSONValue.object(["a": [1, 2.5, nil, "x", true, [:]]])),
        Sample(["j": JSONValue.null]), Sample(JSONObject(dictionaryLiteral: ("a", 1))), Sample(Optional(Optional(1))),
    ]

    @Test(arguments: samples)
    func `every kind of value comes back from its bytes`(_ sample: Sample) throws {
        #expect(try sample.binary())
    }

    @Test(arguments: samples)
    func `every kind of value comes back from its JSON`(_ sample: Sample) throws {
        #expect(try sample.json())
    }

    @Test(arguments: [
        Sample(UInt64.max), Sample(UInt.max), Sample(Int128.max), Sample(Int128.min), Sample(UInt128.max),
        Sample(UInt128(Int64.max)), Sample([UInt64.max, 0]), Sample([Int128.min]), Sample(Double.infinity),
        Sample(Date(timeIntervalSinceReferenceDate: 0.1 + 0.2)), Sample(Float.infinity), Sample(Date.distantPast),
    ])
    func `values that JSON cannot hold come back from their bytes`(_ sample: Sample) throws {
        #expect(try sample.binary())
    }

    @Test func `the payload of a NaN is kept`() throws {
        let double = Double(bitPattern: 0x7FF8_0000_DEAD_BEEF)
        let float = Float(bitPattern: 0x7FC0_BEEF)
        #expect(try ValueCodec.decode(Double.self, from: ValueCodec.encode(double)).bitPattern == double.bitPattern)
        #expect(
            try ValueCodec.decode([Double].self, from: ValueCodec.encode([double]))[0].bitPattern == double.bitPattern
        )
        #expect(try ValueCodec.decode(Float.self, from: ValueCodec.encode(float)).bitPattern == float.bitPattern)
    }

    @Test func `a class and its superclass come back, nested or in one container`() throws {
        let dog = try ValueCodec.decode(Dog.self, from: ValueCodec.encode(Dog(name: "Rex", legs: 4)))
        #expect(dog.name == "Rex" && dog.legs == 4)
        let cat = try JSON.parse(JSON.stringify(Cat(name: "Tom", legs: 3))).decode(Cat.self)
        #expect(cat.name == "Tom" && cat.legs == 3)
        #expect(try JSON.stringify(Dog(name: "Rex", legs: 4)) == #"{"super":{"legs":4},"name":"Rex"}"#)
        #expect(try JSON.stringify(Cat(name: "Tom", legs: 3)) == #"{"legs":3,"name":"Tom"}"#)
    }

    @Test func `containers filled in turns keep their places`() throws {
        let text =
            #"{"left":{"k0":{"street":"s","number":0},"k1":{"street":"s","number":1},"#
            + #""inner":["in",{"circle":{"radius":1}}]},"late":"late","right":[0,1,2],"middle":"middle","tail":1}"#
        #expect(try JSON.stringify(Interleaved(count: 2)) == text)
        let tree = try ValueCodec.decode(JSONValue.self, from: ValueCodec.encode(Interleaved(count: 200)))
        #expect(tree["left"]?["k199"] == ["street": "s", "number": 199])
        #expect(tree["right"]?.array?.count == 201)
        #expect(tree["left"]?["inner"] == ["in", ["circle": ["radius": 1]]])
        #expect(tree.object?.keys == ["left", "late", "right", "middle", "tail"])
    }
}
