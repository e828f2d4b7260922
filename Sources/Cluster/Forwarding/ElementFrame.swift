internal import DurableActors

/// What the writing side of a stream's elements says.
enum ElementFrame: Codable, Sendable {
    case element([UInt8], handles: [UInt64])
    case failed(ForwardedError)
}

/// What the reading side says.
enum ElementSignal: Codable, Sendable {
    /// An element was read, and there is room for another one.
    case read
    case cancelled(ForwardedError)
}

extension LinkStream {
    func sendNow(_ frame: ElementFrame) { sendNow(encoding: frame) }

    func sendNow(_ signal: ElementSignal) { sendNow(encoding: signal) }

    private func sendNow(encoding message: some Encodable) {
        do {
            sendNow(try ValueCodec.encode(message))
        } catch {
            reset(.refused(code: 0, text: "\(error)"))
        }
    }
}
