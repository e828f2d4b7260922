import DurableActors

/// A checked request line.
struct RequestLine: Sendable {
    let method: String
    let target: String
    let minorVersion: Int

    /// Reads a request line without its line end.
    ///
    /// - Parameter bytes: Exactly method, target and version, with one space between them.
    /// - Throws: `HTTPParseError` with status 505 for another version, else 400.
    init(_ bytes: ArraySlice<UInt8>) throws(HTTPParseError) {
        guard let first = bytes.firstIndex(of: 0x20),
            let second = bytes[(first + 1)...].firstIndex(of: 0x20)
        else { throw .badRequest("The request line is not a method, a target and a version.") }
        let methodBytes = bytes[..<first]
        guard !methodBytes.isEmpty, methodBytes.allSatisfy(Headers.isNameByte) else {
            throw .badRequest("The method has a character that is not allowed.")
        }
        minorVersion = try Self.minorVersion(bytes[(second + 1)...])
        method = String(decoding: methodBytes, as: UTF8.self)
        target = String(decoding: bytes[(first + 1)..<second], as: UTF8.self)
        _ = try RequestTarget(target, method: method)
    }

    /// Returns the head this line and the given fields make.
    func head(with headers: Headers) -> RequestHead {
        RequestHead(method: method, target: target, minorVersion: minorVersion, headers: headers)
    }

    /// Returns the minor version of `HTTP/1.0` or `HTTP/1.1`.
    ///
    /// - Parameter bytes: The version as written.
    /// - Returns: 0 or 1.
    /// - Throws: `HTTPParseError` with status 505 for another well-formed version, else 400.
    static func minorVersion(_ bytes: ArraySlice<UInt8>) throws(HTTPParseError) -> Int {
        let digits = Array(bytes.dropFirst(5))
        guard bytes.starts(with: "HTTP/".utf8), digits.count == 3, digits[1] == UInt8(ascii: "."),
            (0x30...0x39).contains(digits[0]), (0x30...0x39).contains(digits[2])
        else { throw .badRequest("The HTTP version is malformed.") }
        guard digits[0] == 0x31, digits[2] <= 0x31 else {
            throw HTTPParseError(status: 505, reason: "Only HTTP/1.0 and HTTP/1.1 are supported.")
        }
        return Int(digits[2] - 0x30)
    }
}

extension RequestHead {
    /// Checks that the request says once, and validly, which host it is for.
    ///
    /// - Throws: `HTTPParseError` with status 400.
    func checkHost() throws(HTTPParseError) {
        let hosts = headers.getAll("host")
        guard hosts.count <= 1 else { throw .badRequest("There is more than one Host field.") }
        guard let host = hosts.first else {
            guard minorVersion == 0 else { throw .badRequest("There is no Host field.") }
            return
        }
        guard Authority.isValid(host) else { throw .badRequest("The Host field is invalid.") }
    }
}
