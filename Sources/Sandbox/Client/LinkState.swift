/// The requests of a client that await their answers, independent of any connection.
///
/// A value without effects, generic over what waits, so that it can be tested without tasks. A request stays here from
/// its submission to its answer; when a connection is lost its line is queued again for the next one, which is safe
/// because every operation of the protocol may be repeated.
struct LinkState<Waiter> {
    private struct Request {
        let line: [UInt8]
        let waiter: Waiter
        var deliveries = 0
    }

    private var lastId = 0
    private var requests: [Int: Request] = [:]
    private var outgoing: [UInt8] = []
    private var connected = false
    private(set) var closed = false

    /// Whether a connection is worth having.
    var hasRequests: Bool { !requests.isEmpty }
    /// Whether there are bytes to send over the present connection.
    var hasOutgoing: Bool { !outgoing.isEmpty }

    /// An id for a request that will be submitted.
    mutating func reserveId() -> Int {
        lastId += 1
        return lastId
    }

    /// Takes a request; gives the waiter back when the client is closed.
    mutating func submit(_ id: Int, line: [UInt8], waiter: Waiter) -> Waiter? {
        guard !closed else { return waiter }
        requests[id] = Request(line: line, waiter: waiter, deliveries: connected ? 1 : 0)
        if connected { outgoing.append(contentsOf: line) }
        return nil
    }

    /// Forgets a request and tells the supervisor so; gives its waiter back unless it is already answered.
    mutating func cancel(_ id: Int, line: [UInt8]) -> Waiter? {
        guard let request = requests.removeValue(forKey: id) else { return nil }
        if connected { outgoing.append(contentsOf: line) }
        return request.waiter
    }

    /// Queues all requests for a new connection; gives back the waiters of those that were sent too often.
    mutating func connectionOpened() -> [Waiter] {
        connected = true
        outgoing = []
        var exhausted: [Waiter] = []
        for id in requests.keys.sorted() {
            guard var request = requests.removeValue(forKey: id) else { continue }
            request.deliveries += 1
            guard request.deliveries <= SandboxLimits.deliveries else {
                exhausted.append(request.waiter)
                continue
            }
            outgoing.append(contentsOf: request.line)
            requests[id] = request
        }
        return exhausted
    }

    /// Keeps the requests for the next connection.
    mutating func connectionLost() {
        connected = false
        outgoing = []
    }

    /// The bytes to send; what the connection did not take comes back through ``keep(_:)``.
    mutating func takeOutgoing() -> [UInt8] {
        defer { outgoing = [] }
        return outgoing
    }

    /// Puts unsent bytes back before anything queued since.
    mutating func keep(_ unsent: ArraySlice<UInt8>) {
        guard !unsent.isEmpty else { return }
        outgoing = unsent + outgoing
    }

    /// The waiter that an answer is for, once; nil for an answer nobody awaits any more.
    mutating func answered(_ id: Int) -> Waiter? {
        requests.removeValue(forKey: id)?.waiter
    }

    /// Ends all requests and gives their waiters back.
    mutating func failAll() -> [Waiter] {
        defer { requests = [:] }
        return requests.sorted { $0.key < $1.key }.map(\.value.waiter)
    }

    /// Ends all requests for good.
    mutating func close() -> [Waiter] {
        closed = true
        return failAll()
    }
}
