package import DurableActors

/// The opening of a call's stream: what orders it among others, and the call itself.
struct CallOpening: Sendable {
    let request: ShardRequest
    let call: ForwardedCall
    /// The numbers of the handles in it, but for sockets.
    let handles: [UInt64]
}

/// The opening of a stream that calls what was handed over.
struct CalleeOpening: Sendable {
    let number: UInt64
    let message: [UInt8]
    let handles: [UInt64]
}

/// The one message that comes back on a call's stream.
enum CallReply: Sendable {
    /// The encoded result, empty where there is none, and the numbers of the handles in it.
    case result([UInt8], handles: [UInt64])
    /// What the method or the runtime there has thrown.
    case failure(ForwardedError)
    /// It did not begin; another node is to be asked.
    case refused(ShardRequest, elsewhere: String, epoch: UInt64)
}

// MARK: - As bytes

extension CallOpening: ByteCoded {
    func write(to writer: inout ByteWriter) {
        request.write(to: &writer)
        writer.append(words: handles)
        call.write(to: &writer)
    }

    init(from reader: inout ByteReader) throws {
        request = try ShardRequest(from: &reader)
        handles = try reader.readWords()
        call = try ForwardedCall(from: &reader)
        guard call.shard == request.shard else {
            throw StorageError(.format, "A request for shard \(request.shard.value) calls an object of another.")
        }
    }
}

extension CalleeOpening: ByteCoded {
    func write(to writer: inout ByteWriter) {
        writer.append(word: number)
        writer.append(words: handles)
        writer.append(raw: message)
    }

    init(from reader: inout ByteReader) throws {
        number = try reader.readWord()
        handles = try reader.readWords()
        message = reader.readRest()
    }
}

extension CallReply: ByteCoded {
    func write(to writer: inout ByteWriter) throws {
        switch self {
        case .result(let bytes, let handles):
            writer.append(byte: 0)
            writer.append(words: handles)
            writer.append(raw: bytes)
        case .failure(let error):
            writer.append(byte: 1)
            writer.append(raw: try ValueCodec.encode(error))
        case .refused(let request, let elsewhere, let epoch):
            writer.append(byte: 2)
            request.write(to: &writer)
            writer.append(text: elsewhere)
            writer.append(word: epoch)
        }
    }

    init(from reader: inout ByteReader) throws {
        switch try reader.readByte() {
        case 0:
            let handles = try reader.readWords()
            self = .result(reader.readRest(), handles: handles)
        case 1: self = .failure(try ValueCodec.decode(ForwardedError.self, from: reader.readRest()))
        case 2:
            let request = try ShardRequest(from: &reader)
            self = .refused(request, elsewhere: try reader.readText(), epoch: try reader.readWord())
        case let kind: throw StorageError(.format, "There is no answer of kind \(kind).")
        }
    }
}

extension ShardRequest: ByteCoded {
    package func write(to writer: inout ByteWriter) {
        for word in [id, epoch, round, UInt64(redirects), UInt64(shard.value)] { writer.append(word: word) }
    }

    package init(from reader: inout ByteReader) throws {
        id = try reader.readWord()
        epoch = try reader.readWord()
        round = try reader.readWord()
        redirects = Int(clamping: try reader.readWord())
        let number = try reader.readWord()
        guard number < ShardIndex.count else { throw StorageError(.format, "There is no shard \(number).") }
        shard = ShardIndex(UInt16(number))
    }
}
