/// What a session says to whoever owns it, in the order in which it happened.
package enum LinkEvent: Hashable, Sendable {
    /// The side that connected has proved itself; `welcome` or `end` is to follow.
    case proved(LinkHello)
    /// Both sides have proved themselves; `attempts` is the peer's last attempt to connect that it has given up.
    case established(LinkHello, attempts: UInt64)
    /// The other side wants no further streams.
    case goodbye
    /// Nothing more comes or goes.
    case over(LinkEnd)

    case opened(stream: UInt64, kind: UInt8, message: [UInt8], remaining: UInt64?)
    case message(stream: UInt64, [UInt8])
    case ended(stream: UInt64)
    case failed(stream: UInt64, LinkError)
    /// The stream may send more.
    case credited(stream: UInt64)
    /// Both directions of the stream are finished.
    case finished(stream: UInt64)
}
