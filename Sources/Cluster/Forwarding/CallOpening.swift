internal import DurableActors

/// The opening of a call's stream: what orders it among others, and the call itself.
struct CallOpening: Codable, Sendable {
    let request: ShardRequest
    let call: ForwardedCall
}

/// The one message that comes back on a call's stream.
enum CallReply: Codable, Sendable {
    /// The encoded result; empty where there is none.
    case result([UInt8])
    /// What the method or the runtime there has thrown.
    case failure(ForwardedError)
    /// It did not begin; another node is to be asked.
    case refused(ShardRequest, elsewhere: String, epoch: UInt64)
}
