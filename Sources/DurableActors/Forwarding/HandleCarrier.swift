/// Carries what cannot be written down with a call: streams of bytes and sockets stay where they are, and their number goes.
///
/// Found in the user info of encoders and decoders of what goes between nodes.
package protocol HandleCarrier: AnyObject, Sendable {
    /// Has the other side read a stream; returns the number it is read by.
    func export(_ stream: ByteStream) throws -> UInt64
    /// The stream that the other side has given a number; it is read once.
    func stream(_ number: UInt64) throws -> ByteStream
    /// Ties a socket's end to the other side; returns the number it is taken by.
    func export(_ socket: WebSocket) throws -> UInt64
    /// The end of a socket whose other end is on the other side.
    func socket(_ number: UInt64) throws -> WebSocket
}

extension CodingUserInfoKey {
    /// Where values find what carries their handles.
    static var handleCarrier: CodingUserInfoKey {
        guard let key = CodingUserInfoKey(rawValue: "handleCarrier") else {
            preconditionFailure("Every text is a key.")
        }
        return key
    }
}

extension Encoder {
    /// What carries the handles of the value that is being encoded; throws where the value stays in the process.
    func handleCarrier(for type: String) throws -> any HandleCarrier {
        guard let carrier = userInfo[.handleCarrier] as? any HandleCarrier else {
            throw DurableObjectError(
                .unsupported,
                "Could not serialize object of type \"\(type)\".",
                name: "DataCloneError"
            )
        }
        return carrier
    }
}

extension Decoder {
    /// What carries the handles of the value that is being decoded; throws where the value did not come from another node.
    func handleCarrier(for type: String) throws -> any HandleCarrier {
        guard let carrier = userInfo[.handleCarrier] as? any HandleCarrier else {
            throw DurableObjectError(.unsupported, "A \(type) can only be decoded from a call of another node.")
        }
        return carrier
    }
}
