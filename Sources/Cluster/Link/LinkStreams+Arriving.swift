/// What the other side's frames do to the streams.
extension LinkStreams {
    /// Takes a frame of a stream; throws where the other side may not send it.
    mutating func take(_ frame: LinkFrame) throws(LinkEnd) {
        switch frame {
        case .open(let stream, let kind, let remaining, let isWhole, let part):
            try opened(stream, kind, remaining, isWhole, part)
        case .data(let stream, let isWhole, let part): try data(stream, isWhole, part)
        case .finish(let stream): try ended(stream)
        case .reset(let stream, let error):
            _ = try place(stream)
            if remove(stream) != nil { events.append(.failed(stream: stream, error)) }
        case .credit(let stream, let bytes): try credited(stream, Int(bytes))
        default: throw .violation("a frame out of its place")
        }
    }

    /// Where a stream is; nil when it is over, which the other side need not know yet.
    private func place(_ stream: UInt64) throws(LinkEnd) -> Place? {
        guard isKnown(stream) else { throw .violation("a frame of stream \(stream), which was not opened") }
        return table.index(forKey: stream)
    }

    private mutating func opened(
        _ number: UInt64,
        _ kind: UInt8,
        _ remaining: UInt64?,
        _ isWhole: Bool,
        _ part: ArraySlice<UInt8>
    ) throws(LinkEnd) {
        guard !isOwn(number), number > lastAccepted, arriving == nil else {
            throw .violation("stream \(number) is opened out of its order")
        }
        lastAccepted = number
        if isLeaving { return }
        guard accepted < limits.maximumStreams, unconsumed <= limits.unconsumedBytes else {
            return add(.reset(stream: number, .full))
        }
        accepted += 1
        var stream = newState()
        if isWhole {
            events.append(.opened(stream: number, kind: kind, message: Array(part), remaining: remaining))
        } else {
            stream.incoming = Array(part)
            arriving = (number, kind, remaining)
        }
        table[number] = stream
    }

    private mutating func data(_ number: UInt64, _ isWhole: Bool, _ part: ArraySlice<UInt8>) throws(LinkEnd) {
        guard let place = try place(number) else { return }
        guard !table.values[place].hasEnded else { throw .violation("stream \(number) goes on behind its end") }
        guard let message = try assemble(place, isWhole, part) else { return }
        if let arriving, arriving.stream == number {
            self.arriving = nil
            let (kind, remaining) = (arriving.kind, arriving.remaining)
            return events.append(.opened(stream: number, kind: kind, message: message, remaining: remaining))
        }
        let cost = LinkStreamState.cost(bytes: message.count)
        table.values[place].allowance -= cost
        table.values[place].unconsumed += cost
        unconsumed += cost
        events.append(.message(stream: number, message))
    }

    /// The whole message, once it is.
    private mutating func assemble(
        _ place: Place,
        _ isWhole: Bool,
        _ part: ArraySlice<UInt8>
    ) throws(LinkEnd) -> [UInt8]? {
        guard var message = table.values[place].incoming.take() else {
            guard table.values[place].allowance > 0 else { throw .violation("a stream goes beyond its credit") }
            if isWhole { return Array(part) }
            table.values[place].incoming = Array(part)
            return nil
        }
        message += part
        guard message.count <= limits.maximumMessageBytes else {
            throw .violation("a message has over \(limits.maximumMessageBytes) bytes")
        }
        if isWhole { return message }
        table.values[place].incoming = message
        return nil
    }

    private mutating func ended(_ number: UInt64) throws(LinkEnd) {
        guard let place = try place(number) else { return }
        guard !table.values[place].hasEnded, table.values[place].incoming == nil else {
            throw .violation("stream \(number) ends twice or within a message")
        }
        table.values[place].hasEnded = true
        events.append(.ended(stream: number))
        guard table.values[place].hasFinished else { return }
        remove(number)
        events.append(.finished(stream: number))
    }

    private mutating func credited(_ number: UInt64, _ bytes: Int) throws(LinkEnd) {
        guard let place = try place(number) else { return }
        guard table.values[place].credit + bytes <= window else {
            throw .violation("stream \(number) is given more credit than its window")
        }
        table.values[place].credit += bytes
        events.append(.credited(stream: number))
        becomeReady(number, at: place)
    }
}
