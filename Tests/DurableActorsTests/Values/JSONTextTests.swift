import DurableActors
import Foundation
import Testing

@Suite struct JSONTextTests {
    @Test(
        arguments: [
            (5, "5"), (0.1, "0.1"), (-0.0, "0"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (1e-7, "1e-7"),
            (1e-6, "0.000001"), (0.000001234, "0.000001234"), (1.5e-10, "1.5e-10"), (123456.789, "123456.789"),
            (-1.5, "-1.5"),
            (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
            (9007199254740992.0, "9007199254740992"),
            (123456789012345680000.0, "123456789012345680000"), (1.2345e25, "1.2345e+25"), (0.5, "0.5"), (100, "100"),
            (4.35, "4.35"), (1e16, "10000000000000000"), (1.0000000000000002, "1.0000000000000002"), (.nan, "null"),
            (.infinity, "null"), (-.infinity, "null"), (-1e-7, "-1e-7"),
            (18446744073709552000.0, "18446744073709552000"),
            (1e15, "1000000000000000"), (2e-5, "0.00002"), (-9.223372036854776e18, "-9223372036854776000"),
        ] as [(Double, String)]
    )
    func `doubles have JavaScript's text`(_ value: Double, _ text: String) throws {
        #expect(try JSON.stringify(value) == text)
        #expect(JSONValue.double(value).description == text)
    }

    @Test(arguments: [
        ("a\"b\\c/", #""a\"b\\c/""#), ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
        ("\u{0}\u{1F}\u{B}", #""\u0000\u001f\u000b""#),
        ("é☃🎉\u{7F}\u{2028}", "\"é☃🎉\u{7F}\u{2028}\""), ("", "\"\""),
    ])
    func `strings have JavaScript's escapes and are read back`(_ value: String, _ text: String) throws {
        #expect(try JSON.stringify(value) == text)
        #expect(JSONValue.string(value).description == text)
        #expect(try JSON.parse(text) == .string(value))
        #expect(try JSON.stringify([value: value]) == "{\(text):\(text)}")
    }

    @Test func `values have JavaScript's text in the order of encoding`() throws {
        #expect(
            try JSON.stringify(person) == #"{"name":"Ada","age":36,"height":1.65,"isMember":true,"#
                + #""address":{"street":"St. James's Square","number":12}}"#
        )
        #expect(try JSON.stringify([Int?.some(1), nil]) == "[1,null]")
        #expect(try JSON.stringify(Empty()) == "{}")
        #expect(try JSON.stringify([[Int](), [1, 2]]) == "[[],[1,2]]")
        #expect(try JSON.stringify(Data([1, 2, 255])) == "\"AQL/\"")
        #expect(try JSON.stringify([UInt8]([1, 2, 255])) == "[1,2,255]")
        #expect(try JSON.stringify(Float(0.1)) == "0.1")
        #expect(try JSON.stringify(Int.max) == "9223372036854775807")
        #expect(try JSON.stringify(URL(filePath: "/tmp/a")) == "\"file:///tmp/a\"")
        #expect(try JSON.stringify(Twice()) == #"{"a":2,"b":3}"#)
        #expect(try JSONValue(encoding: person).object?.keys == ["name", "age", "height", "isMember", "address"])
        let object: JSONValue = ["b": 1, "a": [nil, true, 1.5], "c": [:], "d": []]
        #expect(object.description == #"{"b":1,"a":[null,true,1.5],"c":{},"d":[]}"#)
        #expect(try JSON.stringify(object) == object.description)
    }

    @Test(
        arguments: [
            (1_769_903_970, "2026-01-31T23:59:30.000Z"), (0, "1970-01-01T00:00:00.000Z"),
            (-0.001, "1969-12-31T23:59:59.999Z"),
            (951_782_400.5, "2000-02-29T00:00:00.500Z"), (-62_167_219_200, "0000-01-01T00:00:00.000Z"),
            (-62_198_755_200, "-000001-01-01T00:00:00.000Z"), (253_402_300_800, "+010000-01-01T00:00:00.000Z"),
            (8.64e12, "+275760-09-13T00:00:00.000Z"), (-8.64e12, "-271821-04-20T00:00:00.000Z"),
        ] as [(Double, String)]
    )
    func `dates have JavaScript's text and are read back`(_ seconds: Double, _ text: String) throws {
        let date = Date(timeIntervalSince1970: seconds)
        #expect(try JSON.stringify(date) == "\"\(text)\"")
        #expect(try JSONValue.string(text).decode(Date.self) == date)
        #expect(try JSONValue.double(seconds * 1000).decode(Date.self) == date)
    }

    @Test func `dates JavaScript cannot express are null`() throws {
        #expect(try JSON.stringify(Date(timeIntervalSince1970: 8.64e12 + 1)) == "null")
        #expect(try JSON.stringify([Date(timeIntervalSince1970: .nan)]) == "[null]")
    }

    @Test(arguments: ["2026-01-31T23:59:30Z", "2026-02-01T01:29:30.0009+01:30", "2026-01-31T15:59:30.000000-08:00"])
    func `dates are read with any zone and any fraction`(_ text: String) throws {
        #expect(try JSONValue.string(text).decode(Date.self) == Date(timeIntervalSince1970: 1_769_903_970))
    }

    @Test(arguments: [
        "", "2026-01-31", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T23:59:30",
        "2026-01-31T23:59:30.Z", "2026-01-31T23:59:30.0Zx", "soon",
    ])
    func `texts that are no dates are refused`(_ text: String) {
        #expect(message { try JSONValue.string(text).decode(Date.self) } == "The text at $ is not an ISO 8601 date.")
    }

    @Test func `integers that JSON cannot hold exactly are refused with their path`() throws {
        let error = #expect(throws: EncodingError.self) { try JSON.stringify(["a": [UInt64.max]]) }
        guard case .invalidValue(_, let context) = error else {
            return #expect(Bool(false), "\(String(describing: error))")
        }
        #expect(context.codingPath.map(\.stringValue) == ["a", "Index 0"])
        #expect(try JSON.stringify(UInt64(1) << 63) == "9223372036854776000")
    }
}

/// Encodes one key two times.
private struct Twice: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: ValueName.self)
        try container.encode(1, forKey: ValueName("a"))
        try container.encode(3, forKey: ValueName("b"))
        try container.encode(2, forKey: ValueName("a"))
    }
}
