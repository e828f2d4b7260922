import DurableActors

/// The parts of a request target, told apart by the four forms of RFC 9112, section 3.2.
package struct RequestTarget: Sendable, Equatable {
    /// Which of the four forms a target has.
    package enum Form: Sendable, Equatable {
        /// A path with an optional query; one beginning with `//` is still a path.
        case origin
        /// A whole URL.
        case absolute
        /// A host and port, for CONNECT only.
        case authority
        /// A lone `*`, for OPTIONS only.
        case asterisk
    }

    /// The form the target was written in.
    package let form: Form

    /// The host with its optional port, when the target names one.
    package let authority: String?

    /// The path with its query, at least `/`; `*` in the asterisk form.
    package let pathAndQuery: String

    /// The path without the query.
    package var path: String {
        String(Substring(pathAndQuery.utf8.prefix { $0 != UInt8(ascii: "?") }))
    }

    /// The query without its question mark, or nil when there is no question mark.
    package var query: String? {
        guard let mark = pathAndQuery.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        return String(Substring(pathAndQuery.utf8[mark...].dropFirst()))
    }

    /// Takes a target apart.
    ///
    /// - Parameters:
    ///   - target: The target as it stands in the request line.
    ///   - method: The request's method, which decides the forms it may have.
    /// - Throws: `HTTPParseError` with status 400 when the target has no form the method allows.
    package init(_ target: String, method: String) throws(HTTPParseError) {
        let bytes = target.utf8
        guard !bytes.isEmpty, bytes.allSatisfy(Self.isTargetByte) else {
            throw .badRequest("The request target has a character that is not allowed.")
        }
        if method == "CONNECT" {
            guard Authority.isValid(target) else { throw .badRequest("CONNECT needs a host and port.") }
            (form, authority, pathAndQuery) = (.authority, target, "/")
        } else if bytes.first == UInt8(ascii: "/") {
            (form, authority, pathAndQuery) = (.origin, nil, target)
        } else if target == "*" {
            guard method == "OPTIONS" else { throw .badRequest("Only OPTIONS may have the target *.") }
            (form, authority, pathAndQuery) = (.asterisk, nil, "*")
        } else {
            let parts = try Self.absoluteParts(target)
            (form, authority, pathAndQuery) = (.absolute, parts.authority, parts.pathAndQuery)
        }
    }

    private static func absoluteParts(
        _ target: String
    ) throws(HTTPParseError) -> (authority: String, pathAndQuery: String) {
        let bytes = target.utf8
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8),
            ["http", "https", "ws", "wss"].contains(where: { Headers.namesMatch($0, String(target[..<colon])) })
        else { throw .badRequest("The request target is neither a path nor an HTTP URL.") }
        let rest = bytes[colon...].dropFirst(3)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        let authority = String(Substring(rest[..<end]))
        guard Authority.isValid(authority) else { throw .badRequest("The request target has an invalid host.") }
        let tail = String(Substring(rest[end...]))
        return (authority, tail.utf8.first == UInt8(ascii: "/") ? tail : "/" + tail)
    }

    private static func isTargetByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "#")
    }
}
