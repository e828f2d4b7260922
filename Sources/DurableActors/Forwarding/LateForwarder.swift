/// Who forwards events, set at most once, before the first event of an object.
final class LateForwarder: @unchecked Sendable {
    // Safe because it is set before anything is called that reads it.
    private var stored: (any ObjectForwarder)?

    @inline(__always)
    var value: (any ObjectForwarder)? { stored }

    func set(_ forwarder: any ObjectForwarder) {
        precondition(stored == nil, "A host has one forwarder.")
        stored = forwarder
    }
}
