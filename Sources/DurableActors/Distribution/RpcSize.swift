/// How large the arguments of a call, and its result, may be: 32 MiB.
///
/// Within a process nothing is serialized, so only what tells its size at once is counted: the content of byte arrays and
/// of strings that are themselves arguments or results.
@usableFromInline enum RpcSize {
    @usableFromInline static var limit: Int { 32 << 20 }

    /// The bytes of a value, where they are known at no cost; zero for all other types.
    ///
    /// Callers know the type when they are compiled, so that it costs the others nothing.
    @inlinable
    @inline(__always)
    static func of<Value>(_ value: Value) -> Int {
        if Value.self == [UInt8].self, let bytes = value as? [UInt8] { return bytes.count }
        if Value.self == String.self, let text = value as? String { return text.utf8.count }
        return 0
    }

    /// What a call throws that is too large.
    @usableFromInline
    static func exceeded(_ size: Int, remote: Bool = false) -> DurableObjectError {
        DurableObjectError(
            .invalidArgument,
            """
            Serialized RPC arguments or return values are limited to 32MiB, but the size of this value was: \(size) bytes.
            """,
            remote: remote
        )
    }
}
