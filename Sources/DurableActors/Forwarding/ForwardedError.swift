/// How an error travels between nodes: as what it is where its type can be written down, else by its text.
package struct ForwardedError: Codable, Sendable {
    /// The type's name as the compiler spells it, and its value; nil when the type is not `Codable`.
    private let typeName: String?
    private let value: [UInt8]?
    private let kind: String
    private let text: String

    /// Writes an error down.
    package init(_ error: any Error) {
        kind = String(describing: type(of: error))
        text = String(describing: error)
        guard let known = error as? any (Error & Codable) else {
            (typeName, value) = (nil, nil)
            return
        }
        typeName = _mangledTypeName(type(of: known))
        do {
            value = try ValueCodec.encode(known)
        } catch {
            // Its text still tells what has happened.
            value = nil
        }
    }

    /// The error, of its own type where this program has it.
    package var error: any Error {
        if let typeName, let value, let type = _typeByName(typeName) as? any (Error & Decodable).Type {
            do {
                return try ValueCodec.decode(type, from: value)
            } catch {
                // Another version of the type: its text still tells what has happened.
            }
        }
        return RemoteError(kind: kind, message: text)
    }
}

/// An error of a method that ran on another node, and whose type is not `Codable`: what is left of it is its text.
public struct RemoteError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// The name of the error's type.
    public let kind: String
    /// What the error said of itself.
    public let message: String

    /// Makes an error from its type's name and its text.
    public init(kind: String, message: String) {
        self.kind = kind
        self.message = message
    }

    /// The message alone.
    public var description: String { message }
}
