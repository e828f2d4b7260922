/// Returns the value under the other name of its type, or nil when the two types differ.
///
/// Unlike `as?` this costs one comparison, which the per-element paths of the codecs depend on.
@inline(__always)
func same<T, U>(_ value: T, as type: U.Type) -> U? {
    guard T.self == U.self else { return nil }
    // safe because the two types have just been found to be one and the same.
    return unsafe unsafeBitCast(value, to: U.self)
}
