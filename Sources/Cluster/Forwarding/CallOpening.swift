internal import DurableActors

/// The opening of a call's stream: what orders it among others, and the call itself.
struct CallOpening: Codable, Sendable {
    let request: ShardRequest
    let call: ForwardedCall
    /// The numbers of the handles in it, but for sockets.
    let handles: [UInt64]
}

/// The opening of a stream that calls what was handed over.
struct CalleeOpening: Codable, Sendable {
    let number: UInt64
    let message: [UInt8]
    let handles: [UInt64]
}

/// The one message that comes back on a call's stream.
enum CallReply: Codable, Sendable {
    /// The encoded result, empty where there is none, and the numbers of the handles in it.
    case result([UInt8], handles: [UInt64])
    /// What the method or the runtime there has thrown.
    case failure(ForwardedError)
    /// It did not begin; another node is to be asked.
    case refused(ShardRequest, elsewhere: String, epoch: UInt64)
}
