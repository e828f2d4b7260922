/// What a stream between nodes carries.
enum StreamKind: UInt8 {
    /// A call: the opening is a `CallOpening`, the answer a `CallReply`.
    case call = 1
    /// What is handed over with a message: the opening is its number. Pieces of a body, an `ElementFrame` for each element of
    /// a stream, or nothing for what is called: then it stands for as long as that may be.
    case handle = 2
    /// A socket: the opening is the handle's number, the messages are `SocketFrame`s.
    case socket = 3
    /// What keepers of shards say to each other: each message is a `ShardMessage`.
    case keeper = 4
    /// A shard's rows: the opening is a `BundleOpening`, the messages are those of a `ShardBundle`.
    case bundle = 5
    /// A socket whose object has moved, from its next node: the opening is a `SocketName`, the messages as above.
    case movedSocket = 6
    /// A call of what was handed over: the opening is a `CalleeOpening`, the answer a `CallReply`.
    case callee = 7
}
