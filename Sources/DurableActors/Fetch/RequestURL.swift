/// The parts of a request's address, taken apart but not decoded.
public struct RequestURL: Sendable, Hashable, CustomStringConvertible {
    /// `http`, `https`, or empty where only a path was given.
    public let scheme: String
    /// Host and port as given; may be empty.
    public let host: String
    /// The path, beginning with a slash, still percent-encoded.
    public let pathname: String
    /// The part after the question mark, without it; empty when there is none.
    public let query: String

    /// Takes an address apart: `scheme://host/path?query#fragment`, or a path alone (two slashes at its start too).
    public init(_ text: String) {
        var rest = Substring(text)
        if let hash = rest.firstIndex(of: "#") { rest = rest[..<hash] }
        if let mark = rest.range(of: "://"), !rest[..<mark.lowerBound].contains("/") {
            scheme = String(rest[..<mark.lowerBound])
            rest = rest[mark.upperBound...]
            let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
            host = String(rest[..<end])
            rest = rest[end...]
        } else {
            scheme = ""
            host = ""
        }
        let question = rest.firstIndex(of: "?") ?? rest.endIndex
        pathname = rest.startIndex == question ? "/" : String(rest[..<question])
        query = question == rest.endIndex ? "" : String(rest[rest.index(after: question)...])
    }

    /// The address as text.
    public var description: String {
        (scheme.isEmpty ? "" : "\(scheme)://\(host)") + pathname + (query.isEmpty ? "" : "?\(query)")
    }

    /// The segments of the path that are not empty, still percent-encoded.
    public var segments: [String] { pathname.split(separator: "/").map(String.init) }

    /// The first value of a query parameter, decoded; nil when it is absent.
    public func searchParameter(_ name: String) -> String? {
        searchParameters.first { $0.name == name }?.value
    }

    /// The query's parameters in order, decoded as forms are.
    public var searchParameters: [(name: String, value: String)] {
        query.split(separator: "&").map { pair in
            let cut = pair.firstIndex(of: "=") ?? pair.endIndex
            let value = cut == pair.endIndex ? "" : pair[pair.index(after: cut)...]
            return (Self.decodeForm(pair[..<cut]), Self.decodeForm(value))
        }
    }

    private static func decodeForm(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), rest.count >= 2,
                let decoded = Hex.decode(String(decoding: rest.prefix(2), as: UTF8.self))
            {
                bytes += decoded
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Substring {
    fileprivate func range(of text: String) -> Range<Index>? {
        var position = startIndex
        while position < endIndex {
            if self[position...].hasPrefix(text) { return position..<index(position, offsetBy: text.count) }
            position = index(after: position)
        }
        return nil
    }
}
