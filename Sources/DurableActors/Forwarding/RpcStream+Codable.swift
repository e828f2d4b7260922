/// How streams travel between nodes: elements leave one by one, as many as the stream's limit before they are read there.
///
/// The type of the elements must be `Codable`, or `Void`. A node that hands a stream on stays between its ends.
extension RpcStream: Codable {
    /// Takes up a stream of another node; throws elsewhere.
    public init(from decoder: any Decoder) throws {
        let carrier = try decoder.handleCarrier(for: "RpcStream")
        let elements = try carrier.elements(try decoder.singleValueContainer().decode(UInt64.self))
        let pipe = StreamPipe<Element>(limit: .max, from: elements)
        self.init(side: StreamSide(pipe, writes: false))
        // It belongs to no object, whichever one takes it up.
        CurrentObject.$incarnation.withValue(nil) {
            _ = Task(executorPreference: carrier.host.world.scheduler.taskExecutor) {
                do {
                    while let (bytes, handles) = try await elements.next() {
                        pipe.add(try handles.decode(from: bytes))
                    }
                    pipe.finish(throwing: nil)
                } catch {
                    elements.cancel(error)
                    pipe.finish(throwing: error)
                }
            }
        }
    }

    /// Has another node read the stream, which is of no more use here; throws elsewhere, and where it was handed on before.
    public func encode(to encoder: any Encoder) throws {
        let carrier = try encoder.handleCarrier(for: "RpcStream")
        try carrier.check(Element.self)
        let number = try carrier.export(PipedElements(try side.moved()))
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

/// A stream as another node reads it.
private final class PipedElements<Element: Sendable>: ExportedElements {
    /// The reader's side, which ends with this.
    private let side: StreamSide<Element>

    init(_ side: StreamSide<Element>) { self.side = side }

    func next(carrying handles: any HandleCarrier) async throws -> [UInt8]? {
        guard let element = try await side.pipe.take() else { return nil }
        return try handles.encode(element)
    }

    func read() { side.pipe.free() }

    func cancel(_ error: any Error) { side.pipe.cancel(error) }
}
