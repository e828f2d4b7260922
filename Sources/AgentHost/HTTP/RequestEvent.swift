package import DurableActors

/// What a request parser found next; every request is a head, any number of body pieces, and an end.
package enum RequestEvent: Sendable, Equatable {
    /// The first line and the header fields.
    case head(RequestHead)

    /// A non-empty piece of the body; where pieces begin and end depends on how the bytes arrived.
    case body([UInt8])

    /// The end of the request, with the fields that followed a chunked body.
    case end(trailers: Headers)
}
