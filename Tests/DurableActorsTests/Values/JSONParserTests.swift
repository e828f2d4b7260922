import DurableActors
import Foundation
import Testing

@Suite struct JSONParserTests {
    @Test(
        arguments: [
            ("null", nil), (" true ", true), ("[]", []), ("{}", [:]), ("[ 1 , 2 ]", [1, 2]), ("0", 0), ("-1", -1),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)), ("-0", .double(-0.0)),
            ("9223372036854775808", .double(9223372036854775808)), ("1.5e3", 1500), ("1E-2", 0.01), ("0.25", 0.25),
            ("1e400", .double(.infinity)), (#""\u00e9\u0041\/\"\\""#, "éA/\"\\"), (#""\ud83c\udf89""#, "🎉"),
            (#""\ud83c""#, "\u{FFFD}"), (#""\udf89\ud83c""#, "\u{FFFD}\u{FFFD}"), (#""\ud83c\u0041""#, "\u{FFFD}A"),
            (#""\ud83c\n""#, "\u{FFFD}\n"), (#"{"a":1,"b":2,"a":3}"#, ["a": 3, "b": 2]), ("\"☃\\n☃\"", "☃\n☃"),
            ("\t\r\n [null,\n{\"a\" : [ ] } ]", [nil, ["a": []]]), ("\"\u{7F}\"", "\u{7F}"),
        ] as [(String, JSONValue)]
    )
    func `well-formed text is read as its value`(_ text: String, _ value: JSONValue) throws {
        #expect(try JSON.parse(text) == value)
    }

    @Test(
        arguments: [
            ("", .truncated, 0), (" ", .truncated, 1), ("nul", .malformedJSON, 0), ("True", .malformedJSON, 0),
            ("01", .trailingBytes, 1), ("1.", .truncated, 2), (".5", .malformedJSON, 0), ("+1", .malformedJSON, 0),
            ("1e", .truncated, 2), ("-", .truncated, 1), ("-a", .malformedJSON, 1), ("NaN", .malformedJSON, 0),
            ("[1,]", .malformedJSON, 3), ("[1 2]", .malformedJSON, 3), ("[", .truncated, 1), ("[1", .truncated, 2),
            ("{\"a\":1,}", .malformedJSON, 7), ("{a:1}", .malformedJSON, 1), ("{\"a\" 1}", .malformedJSON, 5),
            ("{\"a\":}", .malformedJSON, 5), ("{,}", .malformedJSON, 1), ("1 2", .trailingBytes, 2),
            ("]", .malformedJSON, 0),
            ("\"a", .truncated, 2), ("\"\\", .truncated, 2), ("\"\\x\"", .malformedJSON, 2),
            ("\"\\u12G4\"", .malformedJSON, 5),
            ("\"\n\"", .malformedJSON, 1), ("\"a\\n\u{1}\"", .malformedJSON, 4), ("// c", .malformedJSON, 0),
            ("\u{FEFF}1", .malformedJSON, 0), ("'a'", .malformedJSON, 0), ("[1}", .malformedJSON, 2),
        ] as [(String, ValueCodingError.Code, Int)]
    )
    func `malformed text is refused at the byte that is wrong`(
        _ text: String,
        _ code: ValueCodingError.Code,
        _ offset: Int
    ) {
        let error = #expect(throws: ValueCodingError.self) { try JSON.parse(text) }
        #expect(error?.code == code && error?.offset == offset, "\(error?.description ?? "")")
    }

    @Test(
        arguments: [[0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x98], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]]
    )
    func `strings that are not UTF-8 are refused`(_ bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let error = #expect(throws: ValueCodingError.self) { try JSON.parse([quote] + bytes + [quote]) }
        #expect(error?.code == .invalidText && error?.offset == 1)
    }

    @Test func `text may be nested to the limit and no further`() throws {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + String(repeating: close, count: depth)
        }
        let deepest = try JSON.parse(nested(512, "[", "]"))
        #expect(try JSON.stringify(deepest) == nested(512, "[", "]"))
        for depth in [513, 100_000] {
            let error = #expect(throws: ValueCodingError.self) { try JSON.parse(nested(depth, "[", "]")) }
            #expect(error?.code == .tooDeep && error?.offset == 512)
            #expect(throws: ValueCodingError.self) { try JSON.parse(String(repeating: "{\"a\":", count: depth)) }
        }
    }

    @Test func `members keep their order and a repeated one its first place`() throws {
        let text = "{" + (0..<100).map { "\"k\(99 - $0)\":\($0)" }.joined(separator: ",") + ",\"k99\":-1}"
        let object = try #require(try JSON.parse(text).object)
        #expect(object.keys == (0..<100).map { "k\(99 - $0)" })
        #expect(object["k99"] == -1)
        #expect(object["k0"] == 99)
        #expect(try JSON.parse(#"{"10":1,"9":2,"10":3}"#).description == #"{"10":3,"9":2}"#)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `mutated text is accepted or refused but never harms`(_ seed: UInt64) throws {
        var numbers = SeededNumbers(state: seed)
        let original = Array(#"{"a":[1,-2.5e3,true,null,"\u00e9\ud83c\udf89☃"],"b":{"c":{},"d":[[]]}}"#.utf8)
        var (accepted, refused) = (0, 0)
        for _ in 0..<3000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                bytes[Int.random(in: 0..<bytes.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
            }
            do {
                let value = try JSON.parse(bytes)
                #expect(try JSON.parse(JSON.stringify(value)) == value)
                accepted += 1
            } catch is ValueCodingError {
                refused += 1
            }
        }
        #expect(accepted > 0 && refused > accepted)
    }
}
