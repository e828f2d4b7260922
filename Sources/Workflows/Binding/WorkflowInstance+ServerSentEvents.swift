public import DurableActors
internal import Locks

extension WorkflowInstance {
    /// Answers a request with what happens to the instance, as server-sent events; beyond the original.
    ///
    /// Each event has its `eventId` for id, its name for type, and itself as JSON for data. A reader that is cut and comes
    /// back with `Last-Event-ID`, as browsers do, misses nothing, also over a restart of the host. The stream ends with the
    /// instance.
    ///
    /// - Parameters:
    ///   - request: Whose `Last-Event-ID` says from where on; without one all is told.
    ///   - filter: Which events are told; nil for all.
    /// - Returns: A response whose body is made as it is read.
    public func serverSentEvents(
        for request: Request,
        filter: Set<WorkflowInstanceEvent.Name>? = nil
    ) -> Response {
        let cursor = request.headers.get("last-event-id").flatMap { Int64($0) } ?? 0
        let place = Mutex<WorkflowInstanceEvents.AsyncIterator?>(
            subscribe(cursor: cursor, filter: filter).makeAsyncIterator()
        )
        let stream = ByteStream {
            // Taken out while it reads, so that its page is not copied for each event.
            guard var reader = place.withLock({ $0.take() }) else { return nil }
            let event = try await reader.next()
            place.withLock { [reader] in $0 = reader }
            return try event.map { event in
                let text = "id: \(event.eventId)\nevent: \(event.name.rawValue)\ndata: \(try JSON.stringify(event))\n\n"
                return Array(text.utf8)
            }
        }
        let headers: Headers = ["content-type": "text/event-stream", "cache-control": "no-cache"]
        return Response(headers: headers, body: .stream(stream))
    }
}
