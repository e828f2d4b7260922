/// Cuts a byte stream into lines, holding at most one unfinished line.
package struct LineFramer: Sendable {
    /// Thrown when a line exceeds the limit; the stream cannot be followed beyond it.
    package struct LineTooLong: Error {}

    private var unfinished: [UInt8] = []
    private let limit: Int

    package init(limit: Int = SandboxLimits.lineBytes) {
        self.limit = limit
    }

    /// The lines that the bytes complete, without their newlines.
    package mutating func feed(_ bytes: [UInt8]) throws(LineTooLong) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = bytes[...]
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
            guard unfinished.count + newline - rest.startIndex <= limit else { throw LineTooLong() }
            unfinished.append(contentsOf: rest[..<newline])
            lines.append(unfinished)
            unfinished = []
            rest = rest[(newline + 1)...]
        }
        guard unfinished.count + rest.count <= limit else { throw LineTooLong() }
        unfinished.append(contentsOf: rest)
        return lines
    }
}
