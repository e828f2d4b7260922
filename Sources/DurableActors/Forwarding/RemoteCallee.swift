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

    /// Nobody there refers to it any more; calls that have begun go on.
    func letGo()
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
