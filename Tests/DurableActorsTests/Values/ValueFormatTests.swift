import DurableActors
import Foundation
import Testing

struct Golden: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let expected: [UInt8]
    let encoded: @Sendable () throws -> [UInt8]

    init<T: Encodable & Sendable>(_ value: T, _ expected: [UInt8]) {
        testDescription = "\(T.self) \(value)"
        self.expected = expected
        encoded = { try ValueCodec.encode(value) }
    }
}

@Suite struct ValueFormatTests {
    @Test(arguments: [
        Golden(Int?.none, [1, 0]), Golden(false, [1, 1]), Golden(true, [1, 2]), Golden(0, [1, 3, 0]),
        Golden(-1, [1, 3, 1]), Golden(1, [1, 3, 2]), Golden(UInt8(64), [1, 3, 128, 1]),
        Golden(Int?.some(5), [1, 3, 10]),
        Golden(Int.min, [1, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
        Golden(UInt64.max, [1, 4, 255, 255, 255, 255, 255, 255, 255, 255]),
        Golden(UInt64(1) << 63, [1, 4, 0, 0, 0, 0, 0, 0, 0, 128]), Golden(UInt128(3), [1, 3, 6]),
        Golden(Int128(1) << 64, [1, 5, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]),
        Golden(UInt128(1) << 127, [1, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128]),
        Golden(1.0, [1, 7, 0, 0, 0, 0, 0, 0, 240, 63]), Golden(Float(1), [1, 8, 0, 0, 128, 63]),
        Golden("é", [1, 9, 2, 0xC3, 0xA9]), Golden(Data([1, 2]), [1, 10, 2, 1, 2]),
        Golden([UInt8]([9]), [1, 10, 1, 9]),
        Golden(Date(timeIntervalSinceReferenceDate: 1), [1, 11, 0, 0, 0, 0, 0, 0, 240, 63]),
        Golden([Int](), [1, 12, 0]), Golden([1, 2], [1, 12, 2, 3, 2, 3, 4]), Golden(Empty(), [1, 13, 0]),
        Golden(
            Address(street: "a", number: 1),
            [1, 13, 2, 6, 115, 116, 114, 101, 101, 116, 9, 1, 97]
                + [6, 110, 117, 109, 98, 101, 114, 3, 2]
        ),
        Golden(Wrapper(value: [Int?.none]), [1, 13, 1, 5, 118, 97, 108, 117, 101, 12, 1, 0]),
        Golden(Shape.point, [1, 13, 1, 5, 112, 111, 105, 110, 116, 13, 0]), Golden(Bare(text: "b"), [1, 9, 1, 98]),
        Golden([Bare(text: "b")], [1, 12, 1, 9, 1, 98]), Golden(Suit.hearts, [1, 9, 6] + Array("hearts".utf8)),
        Golden(JSONValue.array([1, nil]), [1, 12, 2, 3, 2, 0]),
        Golden(Array(repeating: false, count: 300), [1, 12, 172, 2] + Array(repeating: 1, count: 300)),
    ])
    func `a value has these bytes for ever`(_ golden: Golden) throws {
        #expect(try golden.encoded() == golden.expected)
    }

    @Test func `integers are read by value where they fit`() throws {
        #expect(try ValueCodec.decode(Int8.self, from: ValueCodec.encode(127)) == 127)
        #expect(try ValueCodec.decode(UInt64.self, from: ValueCodec.encode(Int128(7))) == 7)
        #expect(try ValueCodec.decode(Double.self, from: ValueCodec.encode(7)) == 7)
        #expect(try ValueCodec.decode(Float.self, from: ValueCodec.encode(0.5)) == 0.5)
        #expect(try ValueCodec.decode(Double.self, from: ValueCodec.encode(Float(0.5))) == 0.5)
        #expect(try ValueCodec.decode([UInt8].self, from: ValueCodec.encode([1, 2])) == [1, 2])
    }

    @Test func `numbers that do not fit are refused with their path`() throws {
        let numbers = try ValueCodec.encode(["a": [1, 128]])
        #expect(throws: DecodingError.self) { try ValueCodec.decode(UInt.self, from: ValueCodec.encode(-1)) }
        #expect(throws: DecodingError.self) { try ValueCodec.decode(Double.self, from: ValueCodec.encode(Int.max)) }
        #expect(throws: DecodingError.self) { try ValueCodec.decode(Float.self, from: ValueCodec.encode(1e300)) }
        #expect(throws: DecodingError.self) { try ValueCodec.decode(Int.self, from: ValueCodec.encode(1.0)) }
        #expect(
            message { try ValueCodec.decode([String: [Int8]].self, from: numbers) }
                == "The number at $.a[1] does not fit Int8."
        )
    }

    @Test func `members keep the order of encoding and the last of a name counts`() throws {
        let doubled: [UInt8] = [1, 13, 2, 1, 97, 3, 2, 1, 97, 3, 4]
        #expect(try ValueCodec.decode([String: Int].self, from: doubled) == ["a": 2])
        #expect(try ValueCodec.decode(JSONValue.self, from: doubled) == ["a": 2])
        let person = try ValueCodec.decode(JSONValue.self, from: ValueCodec.encode(person))
        #expect(person.object?.keys == ["name", "age", "height", "isMember", "address"])
    }

    @Test func `user info reaches encoders and decoders`() throws {
        let key = try #require(CodingUserInfoKey(rawValue: "unit"))
        let bytes = try ValueCodec.encode(Measured(), userInfo: [key: "km"])
        #expect(try ValueCodec.decode(String.self, from: bytes) == "km")
        #expect(try ValueCodec.decode(Measured.self, from: bytes, userInfo: [key: "mile"]).unit == "mile")
    }
}

private struct Measured: Codable {
    var unit = ""

    init() {}

    init(from decoder: any Decoder) throws {
        unit = decoder.userInfo.first?.value as? String ?? ""
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(encoder.userInfo.first?.value as? String ?? "")
    }
}

/// The message of the decoding error the body throws, or nil.
func message<T>(_ body: () throws -> T) -> String? {
    do {
        _ = try body()
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
        DecodingError.keyNotFound(_, let context), DecodingError.dataCorrupted(let context)
    {
        return context.debugDescription
    } catch {}
    return nil
}
