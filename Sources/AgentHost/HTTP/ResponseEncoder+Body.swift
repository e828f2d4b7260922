package import DurableActors

extension ResponseEncoder {
    /// Encodes a piece of the body.
    ///
    /// An empty piece, or any piece of a response that has no body, such as one to HEAD, encodes to nothing.
    ///
    /// - Parameter bytes: The piece.
    /// - Returns: The bytes to write, possibly none.
    /// - Throws: `HTTPEncodeError` before the head, after the end, or beyond the announced length.
    package mutating func encodeChunk(_ bytes: [UInt8]) throws(HTTPEncodeError) -> [UInt8] {
        switch stage {
        case .head: throw .outOfOrder("A body piece came before the head.")
        case .ended: throw .outOfOrder("A body piece came after the end.")
        case .bodiless: return []
        case .untilClose: return bytes
        case .fixed(let announced, let remaining):
            guard bytes.count <= remaining else { throw .lengthMismatch(announced: announced) }
            stage = .fixed(announced: announced, remaining: remaining - bytes.count)
            return bytes
        case .chunked:
            guard !bytes.isEmpty else { return [] }
            var chunk: [UInt8] = []
            chunk.reserveCapacity(bytes.count + 20)
            chunk.append(contentsOf: String(bytes.count, radix: 16).utf8)
            chunk.append(contentsOf: [0x0D, 0x0A])
            chunk.append(contentsOf: bytes)
            chunk.append(contentsOf: [0x0D, 0x0A])
            return chunk
        }
    }

    /// Encodes the end of the response.
    ///
    /// - Parameter trailers: Fields to send after a chunked body; other framings have no place for them and send
    ///   none.
    /// - Returns: The bytes to write, possibly none.
    /// - Throws: `HTTPEncodeError` before the head, after the end, for a body shorter than announced, after which
    ///   the connection has to be closed, and for trailers HTTP forbids.
    package mutating func encodeEnd(trailers: Headers = Headers()) throws(HTTPEncodeError) -> [UInt8] {
        switch stage {
        case .head: throw .outOfOrder("The end came before the head.")
        case .ended: throw .outOfOrder("The response was already ended.")
        case .fixed(let announced, let remaining) where remaining > 0: throw .lengthMismatch(announced: announced)
        case .fixed, .untilClose, .bodiless:
            stage = .ended
            return []
        case .chunked:
            var writer = HeadWriter()
            writer.literal("0\r\n")
            for (name, value) in trailers {
                let isFraming = ["content-length", "transfer-encoding", "host"].contains {
                    Headers.namesMatch($0, name)
                }
                guard !isFraming else { throw .invalidHeaderName(name) }
                try writer.field(name, value)
            }
            writer.endLine()
            stage = .ended
            return writer.bytes
        }
    }
}
