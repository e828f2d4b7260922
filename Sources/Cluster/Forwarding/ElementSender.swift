internal import DurableActors

/// Sends the elements of a stream to the node that reads them, as many as the stream's limit before they are read there.
final class ElementSender: LinkReceiver {
    private let elements: any ExportedElements
    private let lease: HandleLease

    init(_ elements: any ExportedElements, _ lease: HandleLease) {
        self.elements = elements
        self.lease = lease
    }

    /// Begins to send, outside of every object.
    func begin(_ stream: LinkStream, _ forwarder: ClusterForwarder) {
        CurrentObject.$incarnation.withValue(nil) {
            _ = Task(executorPreference: forwarder.host.world.scheduler.taskExecutor) { [self] in
                do {
                    try await send(on: stream, forwarder)
                } catch is LinkError {
                    elements.cancel(ForwardingFailure.lost)
                } catch {
                    // Either the writer has failed, or an element cannot be sent.
                    elements.cancel(error)
                    stream.sendNow(.failed(ForwardedError(error)))
                }
                stream.finish()
            }
        }
    }

    private func send(on stream: LinkStream, _ forwarder: ClusterForwarder) async throws {
        while true {
            let handles = LinkHandles(to: stream.peer, forwarder)
            guard let bytes = try await elements.next(carrying: handles) else { return }
            let frame = ElementFrame.element(bytes, handles: handles.numbers)
            try handles.open(beside: stream)
            try await stream.send(try ValueCodec.encode(frame))
        }
    }

    func received(_ message: [UInt8], on stream: LinkStream) {
        stream.consumed(message.count)
        do {
            switch try ValueCodec.decode(ElementSignal.self, from: message) {
            case .read: elements.read()
            case .cancelled(let error): elements.cancel(error.error)
            }
        } catch {
            stream.reset(.refused(code: 0, text: "What a stream's reader says cannot be read."))
            elements.cancel(error)
            lease.end()
        }
    }

    func ended(_ stream: LinkStream) { lease.end() }

    func failed(_ error: LinkError, on stream: LinkStream) {
        elements.cancel(ForwardingFailure.lost)
        lease.end()
    }
}
