import DurableActors
import Foundation
import Testing

@Suite struct JSONValueTests {
    private let value: JSONValue = ["n": 5, "d": 1.5, "s": "x", "b": true, "z": nil, "a": [1, "two"]]

    @Test func `accessors answer for their own kind alone`() {
        #expect(value["n"]?.int == 5 && value["n"]?.double == 5 && value["n"]?.string == nil)
        #expect(value["d"]?.int == nil && value["d"]?.double == 1.5)
        #expect(JSONValue.double(3).int == 3)
        #expect(value["s"]?.string == "x" && value["b"]?.bool == true && value["z"]?.isNull == true)
        #expect(value["a"]?[1]?.string == "two" && value["a"]?[2] == nil && value["a"]?[-1] == nil)
        #expect(value["none"] == nil && value[0] == nil && value["n"]?["x"] == nil)
        #expect(value.object?.values.count == 6 && value["a"]?.array?.count == 2)
    }

    @Test func `members can be set, replaced and removed`() {
        var object: JSONValue = ["a": 1, "b": 2]
        object["c"] = 3
        object["a"] = "one"
        object["b"] = nil
        object["nothing"] = nil
        #expect(object.description == #"{"a":"one","c":3}"#)
        var number: JSONValue = 1
        number["a"] = 2
        #expect(number == 1)
        var large = JSONObject((0..<40).map { ("k\($0)", .integer($0)) })
        large["k0"] = nil
        #expect(large.count == 39 && large["k0"] == nil && large["k39"] == 39 && large.keys.first == "k1")
        for index in 1..<39 { large["k\(index)"] = nil }
        #expect(large == ["k39": 39] && !large.isEmpty)
    }

    @Test func `numbers are equal by value and objects whatever their order`() {
        #expect(JSONValue.integer(5) == .double(5) && JSONValue.integer(5).hashValue == JSONValue.double(5).hashValue)
        #expect(JSONValue.integer(.max) != .double(0x1p63) && JSONValue.double(0) == .double(-0.0))
        let (left, right): (JSONValue, JSONValue) = (["a": 1, "b": 2], ["b": 2, "a": 1])
        #expect(left == right && Set([left, right]).count == 1)
        #expect(left != ["a": 1] && left != ["a": 1, "c": 2] && JSONValue.bool(true) != .integer(1))
    }

    @Test func `values of the wrong kind are refused with their path`() throws {
        let people = try JSON.parse(#"[{"street":"a","number":1},{"street":"b","number":"2"}]"#)
        #expect(message { try people.decode([Address].self) } == "Expected Int at $[1].number but found a string.")
        let missing = try JSON.parse(#"{"value":{"value":[{"street":"a"}]}}"#)
        #expect(
            message { try missing.decode(Wrapper<Wrapper<[Address]>>.self) }
                == "There is no value at $.value.value[0].number."
        )
        #expect(message { try JSONValue.array([1, nil]).decode([Int].self) } == "Expected Int at $[1] but found null.")
        #expect(message { try JSONValue.integer(300).decode(UInt8.self) } == "The number at $ does not fit UInt8.")
        #expect(message { try JSONValue.double(1.5).decode(Int.self) } == "The number at $ does not fit Int.")
        #expect(message { try JSONValue.integer(1).decode(Bool.self) } == "Expected Bool at $ but found an integer.")
        #expect(message { try JSONValue.string("x").decode(Person.self) } != nil)
        #expect(message { try JSONValue.string("?").decode(Data.self) } == "The text at $ is not base64.")
        #expect(message { try JSONValue.null.decode(Double.self) } == "Expected Double at $ but found null.")
        #expect(message { try JSONValue.array([1]).decode(Triple.self) } == "There is no value at $[1].")
    }

    @Test func `whole doubles are integers and exact integers are doubles`() throws {
        #expect(try JSONValue.array([2.0, 3]).decode([Int].self) == [2, 3])
        #expect(try JSONValue.array([2, 3.5]).decode([Double].self) == [2, 3.5])
        #expect(try JSONValue.double(255).decode(UInt8.self) == 255)
        #expect(throws: DecodingError.self) { try JSONValue.double(1e19).decode(Int.self) }
    }

    @Test func `a value passes through other coders`() throws {
        #expect(try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value)) == value)
        #expect(try JSONDecoder().decode(JSONObject.self, from: Data("{\"a\":[1.5]}".utf8)) == ["a": [1.5]])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(JSONObject.self, from: Data("[]".utf8)) }
        #expect(try ValueCodec.decode(JSONValue.self, from: ValueCodec.encode(value)) == value)
        #expect(try JSONValue(encoding: person).decode(Person.self) == person)
        #expect(try JSONValue(encoding: [Double.nan, 1]) == [nil, 1])
    }

    @Test func `coding paths lead to where a value stands`() throws {
        let paths = try JSONValue(encoding: ["a": [Path()]])
        #expect(paths == ["a": [["path": "a.Index 0"]]])
        #expect(try paths.decode([String: [Path]].self)["a"]?[0].text == "a.Index 0")
    }
}

private struct Triple: Decodable {
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        _ = try (container.decode(Int.self), container.decode(Int.self), container.decode(Int.self))
    }
}

/// Encodes the path it is encoded at, and remembers the one it is decoded at.
private struct Path: Codable {
    var text = ""
    private enum Keys: CodingKey { case path }

    init() {}

    init(from decoder: any Decoder) throws {
        text = decoder.codingPath.map(\.stringValue).joined(separator: ".")
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(encoder.codingPath.map(\.stringValue).joined(separator: "."), forKey: .path)
    }
}
