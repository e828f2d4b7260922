import DurableActors

/// Builds the bytes of a message head, refusing text that would end a line early.
struct HeadWriter {
    private(set) var bytes: [UInt8] = []

    /// Makes an empty writer with room for a usual head and the given body.
    init(bodyBytes: Int = 0) {
        bytes.reserveCapacity(512 + bodyBytes)
    }

    /// Appends text known to be free of line breaks.
    mutating func literal(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends a header line.
    ///
    /// - Parameters:
    ///   - name: The field's name.
    ///   - value: The field's value.
    /// - Throws: `HTTPEncodeError` when HTTP forbids the name or the value.
    mutating func field(_ name: String, _ value: String) throws(HTTPEncodeError) {
        guard Headers.isValidName(name) else { throw .invalidHeaderName(name) }
        guard Headers.isValidValue(value) else { throw .invalidHeaderValue(name: name) }
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(0x20)
        bytes.append(contentsOf: value.utf8)
        endLine()
    }

    /// Appends a line end.
    mutating func endLine() {
        bytes.append(0x0D)
        bytes.append(0x0A)
    }

    /// Appends body bytes.
    mutating func body(_ body: [UInt8]) {
        bytes.append(contentsOf: body)
    }
}
