import DurableActors
import Foundation
import Testing

@Suite struct ValueHostileTests {
    @Test(
        arguments: [
            ([], .truncated, 0), ([1], .truncated, 1), ([2, 0], .unsupportedVersion, 0), ([1, 14], .unknownTag, 1),
            ([1, 255], .unknownTag, 1), ([1, 0, 0], .trailingBytes, 2), ([1, 3], .truncated, 2),
            ([1, 3, 128], .truncated, 3),
            ([1, 3] + [UInt8](repeating: 255, count: 10), .malformedNumber, 2), ([1, 3, 0, 9], .trailingBytes, 3),
            ([1, 3] + [UInt8](repeating: 255, count: 9) + [1, 1], .trailingBytes, 12),
            ([1, 3] + [UInt8](repeating: 128, count: 20), .malformedNumber, 2), ([1, 7, 0], .truncated, 3),
            ([1, 9, 5, 97], .impossibleLength, 2), ([1, 9, 1, 255], .invalidText, 3),
            ([1, 10, 3, 1], .impossibleLength, 2),
            ([1, 9, 3, 0xED, 0xA0, 0x80], .invalidText, 3), ([1, 12, 2, 0], .impossibleLength, 2),
            ([1, 12, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0], .impossibleLength, 2),
            ([1, 13, 1, 1, 97], .truncated, 5), ([1, 13, 1, 1, 255, 0], .invalidText, 4),
            ([1, 13, 1, 0], .impossibleLength, 2),
            ([1, 9, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], .impossibleLength, 2),
            ([1, 6, 0, 0], .truncated, 4),
        ] as [([UInt8], ValueCodingError.Code, Int)]
    )
    func `malformed bytes are refused at the byte that is wrong`(
        _ bytes: [UInt8],
        _ code: ValueCodingError.Code,
        _ offset: Int
    ) {
        func check<T: Decodable>(_ type: T.Type) {
            let error = #expect(throws: ValueCodingError.self) { try ValueCodec.decode(type, from: bytes) }
            #expect(error?.code == code && error?.offset == offset, "\(T.self): \(error?.description ?? "")")
        }
        check(JSONValue.self)
        check(Int.self)
        check(String.self)
        check(String?.self)
        check(Data.self)
        check([UInt8].self)
        check(Person.self)
    }

    @Test func `an error says in words what is wrong and where`() {
        let error = #expect(throws: ValueCodingError.self) { try ValueCodec.decode(Int.self, from: [1, 14]) }
        #expect(error?.description == "unknownTag at byte 1: no value begins with byte 14")
    }

    @Test func `containers may be nested to the limit and no further`() throws {
        let arrays = [UInt8](repeating: 0, count: 511).reduce(into: [UInt8]([1])) { bytes, _ in bytes += [12, 1] }
        #expect(try ValueCodec.decode(JSONValue.self, from: arrays + [12, 0]).array?.count == 1)
        let error = #expect(throws: ValueCodingError.self) {
            try ValueCodec.decode(JSONValue.self, from: arrays + [12, 1, 12, 0])
        }
        #expect(error?.code == .tooDeep && error?.offset == 1025)
        #expect(try ValueCodec.decode(Nest.self, from: ValueCodec.encode(Nest(depth: 512))).depth == 512)
        #expect(try JSON.parse(JSON.stringify(Nest(depth: 512))).decode(Nest.self).depth == 512)
    }

    @Test(arguments: [513, 2000])
    func `encoding deeper than the limit fails instead of exhausting the stack`(_ depth: Int) {
        #expect(throws: ValueCodingError.self) { try ValueCodec.encode(Nest(depth: depth)) }
        #expect(throws: ValueCodingError.self) { try JSON.stringify(Nest(depth: depth)) }
        let tree = (1..<depth).reduce(JSONValue.array([])) { inner, _ in .array([inner]) }
        #expect(throws: ValueCodingError.self) { try JSON.stringify(tree) }
        #expect(throws: ValueCodingError.self) { try ValueCodec.encode(tree) }
        #expect(throws: ValueCodingError.self) { try ValueCodec.encode([tree]) }
        #expect(throws: ValueCodingError.self) { try tree.decode(JSONValue.self) }
        #expect(tree.description == "<JSON nested more than 512 deep>")
    }

    @Test func `a failed item leaves no trace in what its encoder still writes`() throws {
        #expect(try ValueCodec.decode(JSONValue.self, from: ValueCodec.encode(Forgiving())) == ["a": 1, "c": [3]])
    }

    @Test func `a container used after its call fails`() throws {
        let thief = Thief()
        _ = try ValueCodec.encode([thief])
        #expect(throws: EncodingError.self) { try thief.container?.encode(1, forKey: ValueName("late")) }
    }

    @Test func `an encoder asked for two kinds of container fails`() {
        #expect(throws: EncodingError.self) { try ValueCodec.encode(Undecided()) }
    }

    /// What the decoder does with bytes: how often it accepts and refuses them, which is all it may do.
    private func outcomes(_ bytes: [UInt8]) -> Int {
        var refusals = 0
        func attempt<T: Decodable>(_ type: T.Type) {
            do { _ = try ValueCodec.decode(type, from: bytes) } catch { refusals += 1 }
        }
        attempt(JSONValue.self)
        attempt([Person].self)
        attempt([Shape].self)
        attempt([String: [Int?]].self)
        attempt(Data.self)
        return refusals
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `mutated bytes are accepted or refused but never harm`(_ seed: UInt64) throws {
        var numbers = SeededNumbers(state: seed)
        let originals = try [
            ValueCodec.encode([person, person]),
            ValueCodec.encode([Shape.pair(.point, .polygon([1, 200, -70000], name: "☃"))]),
            ValueCodec.encode(["a": [1, nil, Int.min], "b": []]), ValueCodec.encode([UInt8](0..<99)),
        ]
        var refusals = 0
        for round in 0..<2000 {
            var bytes = originals[round % originals.count]
            for _ in 0..<Int.random(in: 1...4, using: &numbers) {
                let index = Int.random(in: 0..<bytes.count, using: &numbers)
                switch Int.random(in: 0..<4, using: &numbers) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &numbers)
                case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
                case 2: bytes.insert(UInt8.random(in: 0..<16, using: &numbers), at: index)
                default: if bytes.count > 2 { bytes.remove(at: index) }
                }
            }
            refusals += outcomes(bytes)
        }
        #expect(refusals > 4000 && refusals <= 10000)
    }

    @Test func `every truncation of a value is refused`() throws {
        let bytes = try ValueCodec.encode([person, person])
        for length in 0..<bytes.count {
            #expect(throws: ValueCodingError.self) {
                try ValueCodec.decode([Person].self, from: Array(bytes.prefix(length)))
            }
        }
    }
}

private struct Forgiving: Encodable {
    struct Failing: Encodable {
        struct Failure: Error {}
        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            var nested = container.nestedUnkeyedContainer()
            try nested.encode(Array(repeating: 1, count: 200))
            throw Failure()
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: ValueName.self)
        try container.encode(1, forKey: ValueName("a"))
        #expect(throws: Failing.Failure.self) { try container.encode(Failing(), forKey: ValueName("b")) }
        var items = container.nestedUnkeyedContainer(forKey: ValueName("c"))
        #expect(throws: Failing.Failure.self) { try items.encode(Failing()) }
        try items.encode(3)
    }
}

private final class Thief: Encodable {
    var container: KeyedEncodingContainer<ValueName>?

    func encode(to encoder: any Encoder) throws {
        container = encoder.container(keyedBy: ValueName.self)
    }
}

private struct Undecided: Encodable {
    func encode(to encoder: any Encoder) throws {
        _ = encoder.container(keyedBy: ValueName.self)
        _ = encoder.unkeyedContainer()
    }
}
