/// The streams of one link as a value: who may send how much, and what is sent next.
///
/// Messages of all streams wait here until the network takes them (`fill`): openings in their order, the rest of each
/// stream in turn. A stream begins a message while it has any credit; the message may then go beyond it, so that one
/// message may be longer than the window.
struct LinkStreams: Sendable {
    let limits: LinkLimits
    /// How much the other side takes of each stream, which it says in its greeting.
    var window = 0
    private var nextStream: UInt64
    var table: [UInt64: LinkStreamState] = [:]
    private var opens = LinkQueue<UInt64>()
    private var ready = LinkQueue<UInt64>()
    /// Frames that go before all messages.
    private var control: [UInt8] = []
    var events: [LinkEvent] = []
    /// What waits for the network alone, and what was queued without regard to it.
    private var patient = 0
    private var impatient = 0
    /// What readers have not consumed.
    var unconsumed = 0
    /// The last stream that the other side has opened, and how many of its streams are open.
    var lastAccepted: UInt64 = 0
    var accepted = 0
    /// Whether the other side was told that none of its further streams is taken.
    var isLeaving = false
    /// The stream whose opening message is not whole.
    var arriving: (stream: UInt64, kind: UInt8, remaining: UInt64?)?

    /// The side that connected has the odd numbers.
    init(isDialler: Bool, limits: LinkLimits) {
        nextStream = isDialler ? 1 : 2
        self.limits = limits
    }

    /// Whether this side has opened the stream, or the other one has.
    func isKnown(_ stream: UInt64) -> Bool { isOwn(stream) ? stream < nextStream : stream <= lastAccepted }

    func isOwn(_ stream: UInt64) -> Bool { stream & 1 == nextStream & 1 }

    func newState() -> LinkStreamState { LinkStreamState(credit: window, allowance: Int(limits.streamWindow)) }

    // MARK: - What the owner does

    mutating func open(kind: UInt8, message: [UInt8], deadline: UInt64?) throws(LinkError) -> UInt64 {
        let number = nextStream
        nextStream += 2
        var stream = newState()
        stream.opening = (kind, deadline)
        stream.outgoing.append(try admit(message, isPatient: false))
        table[number] = stream
        opens.append(number)
        return number
    }

    /// Notes that a stream stands while the link does.
    mutating func stand(_ number: UInt64) {
        if let place = table.index(forKey: number) { table.values[place].stands = true }
    }

    /// Whether nothing is left but streams that stand while the link does, and all that they were to say has left.
    var isDone: Bool { table.values.allSatisfy { $0.stands && $0.opening == nil && $0.outgoing.isEmpty } }

    /// Whether a message that waits for credit may be queued now; also where that throws at once.
    func maySend(_ number: UInt64) -> Bool {
        guard let stream = table[number], !stream.finishes else { return true }
        return stream.credit > stream.queued && patient < limits.patientBytes
    }

    /// How many bytes of a stream's messages have not left.
    func buffered(_ number: UInt64) -> Int { table[number]?.queued ?? 0 }

    mutating func send(_ number: UInt64, _ message: [UInt8], isPatient: Bool) throws(LinkError) {
        guard let place = table.index(forKey: number), !table.values[place].finishes else { throw .closed }
        let message = try admit(message, isPatient: isPatient)
        table.values[place].outgoing.append(message)
        table.values[place].queued += message.cost
        becomeReady(number, at: place)
    }

    /// No further message follows those that wait.
    mutating func finish(_ number: UInt64) {
        guard let place = table.index(forKey: number), !table.values[place].finishes else { return }
        table.values[place].finishes = true
        becomeReady(number, at: place)
    }

    /// Ends a stream in both directions; the other side is told unless it has never heard of it.
    mutating func reset(_ number: UInt64, _ error: LinkError) {
        guard let stream = remove(number) else { return }
        if stream.opening == nil || stream.sent > 0 { add(.reset(stream: number, error)) }
    }

    /// Notes what a reader has consumed; the other side hears of it once that is half the window.
    mutating func consumed(_ number: UInt64, cost: Int) {
        guard let place = table.index(forKey: number) else { return }
        precondition(cost <= table.values[place].unconsumed, "A reader cannot consume more than it was given.")
        unconsumed -= cost
        table.values[place].unconsumed -= cost
        table.values[place].unreported += cost
        let unreported = table.values[place].unreported
        guard !table.values[place].hasEnded, unreported >= Int(limits.streamWindow) / 2 else { return }
        table.values[place].unreported = 0
        table.values[place].allowance += unreported
        add(.credit(stream: number, bytes: UInt32(unreported)))
    }

    /// Fails every stream, because the link is over.
    mutating func failAll() {
        for (number, stream) in table.sorted(by: { $0.key < $1.key }) {
            events.append(.failed(stream: number, .lost(mayHaveArrived: stream.opening == nil)))
        }
        table = [:]
        (opens, ready, patient, impatient, unconsumed) = (LinkQueue(), LinkQueue(), 0, 0, 0)
    }

    /// Fails the own streams behind `last`, which the other side does not take any more.
    mutating func failOwn(behind last: UInt64) {
        for number in table.keys.sorted() where isOwn(number) && number > last {
            remove(number)
            events.append(.failed(stream: number, .lost(mayHaveArrived: false)))
        }
    }

    // MARK: - What leaves

    /// Whether anything may leave now.
    var hasOutput: Bool { !control.isEmpty || !opens.isEmpty || !ready.isEmpty }

    /// Adds a frame that goes before all messages.
    mutating func add(_ frame: LinkFrame) { frame.append(to: &control) }

    /// Takes what may leave now, until that is about `maximum` bytes.
    mutating func fill(atMost maximum: Int, now: UInt64) -> [UInt8] {
        var bytes = control
        control = []
        while bytes.count < maximum, !opens.isEmpty || !ready.isEmpty {
            fillOpening(&bytes, now: now)
            fillReady(&bytes)
        }
        return bytes
    }

    private mutating func fillOpening(_ bytes: inout [UInt8], now: UInt64) {
        guard let number = opens.first else { return }
        guard let place = table.index(forKey: number), let (kind, deadline) = table.values[place].opening else {
            _ = opens.popFirst()
            return
        }
        let isFirst = table.values[place].sent == 0
        guard let (part, isWhole) = takePart(place) else { return }
        if isFirst {
            let remaining = deadline.map { $0 > now ? $0 - now : 0 }
            LinkFrame.open(stream: number, kind: kind, remaining: remaining, isWhole: isWhole, part: part)
                .append(to: &bytes)
        } else {
            LinkFrame.data(stream: number, isWhole: isWhole, part: part).append(to: &bytes)
        }
        guard isWhole else { return }
        table.values[place].opening = nil
        _ = opens.popFirst()
        becomeReady(number, at: place)
    }

    private mutating func fillReady(_ bytes: inout [UInt8]) {
        guard let number = ready.popFirst(), let place = table.index(forKey: number) else { return }
        table.values[place].isReady = false
        let end = bytes.count + LinkFrame.maximumPart
        while bytes.count < end, table.values[place].maySend {
            guard let (part, isWhole) = takePart(place) else {
                return finishNow(number, at: place, &bytes)
            }
            LinkFrame.data(stream: number, isWhole: isWhole, part: part).append(to: &bytes)
        }
        becomeReady(number, at: place)
    }

    private mutating func finishNow(_ number: UInt64, at place: Place, _ bytes: inout [UInt8]) {
        LinkFrame.finish(stream: number).append(to: &bytes)
        table.values[place].hasFinished = true
        guard table.values[place].hasEnded else { return }
        remove(number)
        events.append(.finished(stream: number))
    }

    /// Takes the next part of the stream's first message.
    private mutating func takePart(_ place: Place) -> (part: ArraySlice<UInt8>, isWhole: Bool)? {
        guard let message = table.values[place].outgoing.first else { return nil }
        let start = table.values[place].sent
        let end = min(start + LinkFrame.maximumPart, message.bytes.count)
        let part = message.bytes[start..<end]
        guard end == message.bytes.count else {
            table.values[place].sent = end
            return (part, false)
        }
        _ = table.values[place].outgoing.popFirst()
        table.values[place].sent = 0
        if table.values[place].opening == nil {
            table.values[place].queued -= message.cost
            table.values[place].credit -= message.cost
        }
        dismiss(message)
        return (part, true)
    }

    typealias Place = Dictionary<UInt64, LinkStreamState>.Index

    /// Has a stream wait for its turn if it has something that may leave.
    mutating func becomeReady(_ number: UInt64, at place: Place) {
        guard !table.values[place].isReady, table.values[place].maySend else { return }
        table.values[place].isReady = true
        ready.append(number)
    }

    // MARK: - Bounds

    private mutating func admit(_ bytes: [UInt8], isPatient: Bool) throws(LinkError) -> LinkStreamState.Message {
        guard bytes.count <= limits.maximumMessageBytes else { throw .tooLarge(bytes: bytes.count) }
        let message = LinkStreamState.Message(bytes: bytes, isPatient: isPatient)
        guard isPatient || impatient + message.cost <= limits.queuedBytes else { throw .full }
        if isPatient { patient += message.cost } else { impatient += message.cost }
        return message
    }

    private mutating func dismiss(_ message: LinkStreamState.Message) {
        if message.isPatient { patient -= message.cost } else { impatient -= message.cost }
    }

    /// Whether there is room again for messages that wait for the network.
    var hasRoom: Bool { patient <= limits.patientBytes / 2 }

    /// Forgets a stream and what waits of it.
    @discardableResult
    mutating func remove(_ number: UInt64) -> LinkStreamState? {
        guard let stream = table.removeValue(forKey: number) else { return nil }
        var outgoing = stream.outgoing
        while let message = outgoing.popFirst() { dismiss(message) }
        unconsumed -= stream.unconsumed
        if !isOwn(number) { accepted -= 1 }
        if arriving?.stream == number { arriving = nil }
        return stream
    }
}
