/// One frame of a link.
///
/// On the wire: how many bytes follow (4 bytes, highest first), a kind (1 byte), then the fields in the order below. A
/// message is one or more parts, each in a frame of its own, so that a long one leaves room for other streams.
package enum LinkFrame: Hashable, Sendable {
    case hello(LinkHello)
    /// From the side that connected: shows that it knows the secret.
    case proof([UInt8])
    /// The answer to it, which shows the same; `attempts` is the last attempt to connect that the sender has given up.
    case welcome(proof: [UInt8], attempts: UInt64)
    /// The link is over, by an error.
    case end(String)
    /// The first part of the first message of a stream; `remaining` are nanoseconds up to its deadline.
    case open(stream: UInt64, kind: UInt8, remaining: UInt64?, isWhole: Bool, part: ArraySlice<UInt8>)
    /// A part of a message; the last one if that is `isWhole` by it.
    case data(stream: UInt64, isWhole: Bool, part: ArraySlice<UInt8>)
    /// No more messages come in this direction.
    case finish(stream: UInt64)
    /// The stream is over in both directions.
    case reset(stream: UInt64, LinkError)
    /// So much more may be sent.
    case credit(stream: UInt64, bytes: UInt32)
    case ping
    case pong
    /// No stream is taken behind this one of the receiver's, and the sender opens none.
    case goodbye(last: UInt64)

    /// The most bytes of a message in one frame.
    package static let maximumPart = 64 << 10
    /// The longest frame: a whole part and the fields before it.
    package static let maximumBytes = maximumPart + 32
    /// The longest frame before both sides have proved themselves.
    package static let maximumHandshakeBytes = 1024
    static let proofBytes = 32
    private static let longestText = 512

    /// Adds the frame to what is sent.
    package func append(to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes += [0, 0, 0, 0, kind]
        switch self {
        case .hello(let hello): hello.append(to: &bytes)
        case .proof(let proof): bytes += proof
        case .welcome(let proof, let attempts):
            bytes += proof
            bytes.append(bigEndian: attempts)
        case .end(let text): bytes += text.utf8.prefix(Self.longestText)
        case .open(let stream, let kind, let remaining, let isWhole, let part):
            bytes.append(bigEndian: stream)
            bytes.append(isWhole ? 1 : 0)
            bytes.append(kind)
            bytes.append(bigEndian: remaining ?? .max)
            bytes += part
        case .data(let stream, let isWhole, let part):
            bytes.append(bigEndian: stream)
            bytes.append(isWhole ? 1 : 0)
            bytes += part
        case .finish(let stream): bytes.append(bigEndian: stream)
        case .reset(let stream, let error):
            let (kind, code, text) = error.wire
            bytes.append(bigEndian: stream)
            bytes.append(kind)
            bytes.append(bigEndian: code)
            bytes += text.utf8.prefix(Self.longestText)
        case .credit(let stream, let count):
            bytes.append(bigEndian: stream)
            bytes.append(bigEndian: count)
        case .ping, .pong: break
        case .goodbye(let last): bytes.append(bigEndian: last)
        }
        let count = UInt32(bytes.count - start - 4)
        for index in 0..<4 { bytes[start + index] = UInt8(truncatingIfNeeded: count >> UInt32(24 - 8 * index)) }
    }

    private var kind: UInt8 {
        switch self {
        case .hello: 1
        case .proof: 2
        case .welcome: 3
        case .end: 4
        case .open: 5
        case .data: 6
        case .finish: 7
        case .reset: 8
        case .credit: 9
        case .ping: 10
        case .pong: 11
        case .goodbye: 12
        }
    }

    /// Reads a frame from what follows its length.
    init(_ body: ArraySlice<UInt8>) throws(LinkEnd) {
        var fields = LinkFields(body)
        let kind = try fields.integer(UInt8.self)
        switch kind {
        case 1: self = .hello(try LinkHello(from: &fields))
        case 2: self = .proof(Array(try fields.bytes(Self.proofBytes)))
        case 3: self = .welcome(proof: Array(try fields.bytes(Self.proofBytes)), attempts: try fields.integer())
        // The text may have been cut within a character.
        case 4: self = .end(String(decoding: fields.remainder(), as: UTF8.self))
        case 5...9, 12: self = try Self.ofStream(kind, &fields)
        case 10: self = .ping
        case 11: self = .pong
        default: throw .violation("there is no frame of kind \(kind)")
        }
        guard fields.isAtEnd else { throw .violation("a frame of kind \(kind) is too long") }
    }

    private static func ofStream(_ kind: UInt8, _ fields: inout LinkFields) throws(LinkEnd) -> LinkFrame {
        let stream = try fields.integer(UInt64.self)
        switch kind {
        case 5:
            let isWhole = try fields.flag()
            let kind = try fields.integer(UInt8.self)
            let remaining = try fields.integer(UInt64.self)
            let part = try fields.part()
            let limit = remaining == .max ? nil : remaining
            return .open(stream: stream, kind: kind, remaining: limit, isWhole: isWhole, part: part)
        case 6: return .data(stream: stream, isWhole: try fields.flag(), part: try fields.part())
        case 7: return .finish(stream: stream)
        case 8:
            let (kind, code) = (try fields.integer(UInt8.self), try fields.integer(UInt16.self))
            let text = String(decoding: fields.remainder(), as: UTF8.self)
            guard let error = LinkError(kind: kind, code: code, text: text) else {
                throw .violation("a stream is reset for a reason of kind \(kind), which there is not")
            }
            return .reset(stream: stream, error)
        case 9: return .credit(stream: stream, bytes: try fields.integer())
        default: return .goodbye(last: stream)
        }
    }
}

extension LinkFields {
    fileprivate mutating func flag() throws(LinkEnd) -> Bool {
        let byte = try integer(UInt8.self)
        guard byte < 2 else { throw .violation("a flag is \(byte)") }
        return byte == 1
    }

    fileprivate mutating func part() throws(LinkEnd) -> ArraySlice<UInt8> {
        let part = remainder()
        guard part.count <= LinkFrame.maximumPart else { throw .violation("a part of a message is too long") }
        return part
    }
}
