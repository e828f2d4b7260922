package import DurableActors

/// What a response parser found next.
package enum ResponseEvent: Sendable, Equatable {
    /// A 1xx head other than 101, after which the same request's final response is still to come.
    case interim(ResponseHead)

    /// The final head; for 101 the end follows at once and the rest belongs to the new protocol.
    case head(ResponseHead)

    /// A non-empty piece of the body.
    case body([UInt8])

    /// The end of the response, with the fields that followed a chunked body.
    case end(trailers: Headers)
}
