/// Hears nothing of a stream that nobody here wants.
final class RefusedStream: LinkReceiver {
    init() {}

    /// Refuses a stream that another node has opened.
    init(refusing stream: LinkStream) { stream.reset(.refused(code: 1, text: "There is no such kind of stream.")) }

    func received(_ message: [UInt8], on stream: LinkStream) { stream.consumed(message.count) }
    func ended(_ stream: LinkStream) {}
    func failed(_ error: LinkError, on stream: LinkStream) {}
}
