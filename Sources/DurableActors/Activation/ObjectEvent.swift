/// Something that enters an object: a call, a request, an alarm, a socket's message.
///
/// Isolation: `run` is called on the object's cell; `fail` may be called from any thread. An event is answered once:
/// by its own end, or by the reset of the object, whichever comes first.
package protocol ObjectEvent: AnyObject, Sendable {
    /// Its place in the in-flight list of an incarnation, which alone touches it, on the object's cell.
    var links: InFlightLinks { get set }

    /// Does the event's work and answers it; errors are part of the answer.
    func run(in incarnation: Incarnation) async

    /// Answers the event with an error, unless it was answered.
    func fail(_ error: any Error)
}

/// An event's neighbours in the list of those that are running.
@safe package struct InFlightLinks {
    fileprivate var next: (any ObjectEvent)?
    // Safe because an event leaves the list before the list lets go of it, so a neighbour outlives the link to it.
    fileprivate unowned(unsafe) var previous: (any ObjectEvent)?
    fileprivate var isLinked = false

    package init() {}
}

/// The events that an incarnation is running, in a list through the events themselves.
///
/// Confined to the object's cell; insertion and removal are O(1) and allocate nothing.
package struct InFlightEvents {
    private var first: (any ObjectEvent)?
    package private(set) var count = 0

    package mutating func insert(_ event: any ObjectEvent) {
        event.links.next = first
        unsafe first?.links.previous = event
        event.links.isLinked = true
        first = event
        count += 1
    }

    package mutating func remove(_ event: any ObjectEvent) {
        guard event.links.isLinked else { return }
        count -= 1
        let next = event.links.next
        if let previous = unsafe event.links.previous {
            previous.links.next = next
            unsafe next?.links.previous = previous
        } else {
            first = next
            unsafe next?.links.previous = nil
        }
        event.links = InFlightLinks()
    }

    /// Empties the list and returns the events.
    package mutating func drain() -> [any ObjectEvent] {
        var events: [any ObjectEvent] = []
        while let event = first {
            remove(event)
            events.append(event)
        }
        return events
    }
}
