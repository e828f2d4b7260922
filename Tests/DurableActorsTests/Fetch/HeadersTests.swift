import DurableActors
import Foundation
import Testing

@Suite struct `Header fields` {
    private let sample: Headers = ["Accept": "a", "X-Y": "1", "accept": "b", "Set-Cookie": "c=1", "set-cookie": "d=2"]

    @Test func `a lookup ignores case and joins values`() {
        #expect(sample.get("ACCEPT") == "a, b")
        #expect(sample.get("x-y") == "1")
        #expect(sample.get("absent") == nil)
        #expect(sample.getAll("Accept") == ["a", "b"])
        #expect(sample.getSetCookie() == ["c=1", "d=2"])
        #expect(sample.has("SET-COOKIE"))
        #expect(!sample.has("set"))
    }

    @Test func `iteration keeps order, spelling and repetitions`() {
        let pairs = ["Accept=a", "X-Y=1", "accept=b", "Set-Cookie=c=1", "set-cookie=d=2"]
        #expect(sample.map { "\($0.name)=\($0.value)" } == pairs)
        #expect(sample.count == 5)
        #expect(Headers().isEmpty)
    }

    @Test func `set replaces the first field of the name and removes the others`() {
        var headers = sample
        headers.set("aCCept", "z")
        headers.set("New", "n")
        #expect(headers.map(\.name) == ["aCCept", "X-Y", "Set-Cookie", "set-cookie", "New"])
        #expect(headers.get("accept") == "z")
    }

    @Test func `delete removes every field of the name`() {
        var headers = sample
        headers.delete("SET-cookie")
        #expect(headers == ["accept": "a", "x-y": "1", "Accept": "b"])
    }

    @Test func `blanks around a value are not part of it`() {
        var headers = Headers([("a", " \t x y \t"), ("b", "   "), ("c", "é ")])
        headers.set("d", "\tq")
        #expect(headers.map(\.value) == ["x y", "", "é", "q"])
    }

    @Test func `equality needs the same order and the same values`() {
        #expect((["A": "1", "b": "2"] as Headers) == ["a": "1", "B": "2"])
        #expect((["a": "1", "b": "2"] as Headers) != ["b": "2", "a": "1"])
        #expect((["a": "x"] as Headers) != ["a": "X"])
        #expect((["a": "x"] as Headers) != Headers())
    }

    @Test func `coding keeps order, spelling and repetitions`() throws {
        let data = try JSONEncoder().encode(sample)
        let expected = #"[["Accept","a"],["X-Y","1"],["accept","b"],["Set-Cookie","c=1"],["set-cookie","d=2"]]"#
        #expect(String(decoding: data, as: UTF8.self) == expected)
        let decoded = try JSONDecoder().decode(Headers.self, from: data)
        #expect(decoded.map(\.name) == sample.map(\.name))
        #expect(decoded == sample)
    }

    @Test func `decoding refuses what is not a pair`() {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Headers.self, from: Data(#"[["a"]]"#.utf8)) }
    }

    @Test func `a name is a token`() {
        let tokens = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        #expect(Headers.isValidName(tokens))
        for scalar in (0...0x17F).compactMap(Unicode.Scalar.init) {
            #expect(Headers.isValidName(String(scalar)) == tokens.unicodeScalars.contains(scalar))
        }
        #expect(!Headers.isValidName(""))
    }

    @Test(arguments: ["a\rb", "a\nb", "a\r\nb", "a\0b", "\u{1}", "\u{7F}"])
    func `a value with a control character is invalid and kept as given`(value: String) {
        #expect(!Headers.isValidValue(value))
        #expect(Headers([("a", value)]).get("a") == value)
    }

    @Test(arguments: ["", "a b", "a\tb", "ünï", "\"q\""])
    func `a value of text and tabs is valid`(value: String) {
        #expect(Headers.isValidValue(value))
    }
}
