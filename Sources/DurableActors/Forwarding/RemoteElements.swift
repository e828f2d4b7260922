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
