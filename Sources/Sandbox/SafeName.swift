/// An untrusted id as a single safe path component.
///
/// Bytes outside `[A-Za-z0-9_-]` are percent-encoded, so distinct ids stay distinct and none can name a parent
/// directory, a hidden file or another directory's entry.
package struct SafeName: Hashable, Sendable {
    package let text: String

    /// Escapes an id; throws `invalidIdentifier` when it is empty or too long once escaped.
    package init(_ id: String) throws(SandboxError) {
        guard !id.isEmpty else { throw SandboxError(.invalidIdentifier, "An id must not be empty.") }
        guard id.utf8.count <= SandboxLimits.identifierBytes else { throw Self.tooLong }
        var escaped: [UInt8] = []
        for byte in id.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                escaped.append(byte)
            default:
                escaped.append(UInt8(ascii: "%"))
                escaped.append(Self.digits[Int(byte >> 4)])
                escaped.append(Self.digits[Int(byte & 15)])
            }
        }
        guard escaped.count <= SandboxLimits.identifierBytes else { throw Self.tooLong }
        text = String(decoding: escaped, as: UTF8.self)
    }

    private static let digits = [UInt8]("0123456789ABCDEF".utf8)
    private static let tooLong = SandboxError(
        .invalidIdentifier,
        "An id may have at most \(SandboxLimits.identifierBytes) bytes once escaped."
    )
}

extension SafeName {
    /// Takes a name that was escaped before, as found in a directory; nil when it is not one.
    package init?(escaped: String) {
        let isSafe = escaped.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "%") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                || (byte < 128 && Character(UnicodeScalar(byte)).isLetter)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard isSafe, !escaped.isEmpty, escaped.utf8.count <= SandboxLimits.identifierBytes else { return nil }
        text = escaped
    }
}
