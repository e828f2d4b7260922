/// Something of this process that another node calls.
package protocol ExportedCallee: AnyObject, Sendable {
    /// Calls it with an encoded message; calls begin in the order in which they are given to this.
    ///
    /// `answer` is called once, when the encoded result may leave.
    func call(
        _ message: [UInt8],
        carrying handles: any HandleCarrier,
        answer: @escaping @Sendable (Result<[UInt8], any Error>) -> Void
    )
}

/// Something of another node, which is let go there once nothing refers to this any more.
package protocol RemoteCallee: AnyObject, Sendable {
    /// An encoded result, with what carries its handles.
    typealias Answer = (bytes: [UInt8], handles: any HandleCarrier)

    /// Sends a call, which `encode` writes; calls begin in the order in which they are sent. `answer` is called once.
    func call(
        _ encode: (any HandleCarrier) throws -> [UInt8],
        answer: @escaping @Sendable (Result<Answer, any Error>) -> Void
    )
}

/// The elements of a stream that another node reads.
package protocol ExportedElements: AnyObject, Sendable {
    /// Encodes the next element, for which the writer gets no room yet; nil behind the last one.
    func next(carrying handles: any HandleCarrier) async throws -> [UInt8]?
    /// The reader has read an element.
    func read()
    /// The reader wants no more.
    func cancel(_ error: any Error)
}

/// The elements of a stream that another node writes.
package protocol RemoteElements: AnyObject, Sendable {
    /// The next encoded element with what carries its handles; nil behind the last one. For one task at a time.
    func next() async throws -> RemoteCallee.Answer?
    /// The reader has read an element.
    func read()
    /// The reader wants no more.
    func cancel(_ error: any Error)
}
