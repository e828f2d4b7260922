/// What is between the writers and the reader of a stream: the pure part.
///
/// What it is: at most `limit` elements that were written and not read, the writers that wait for room, each with its
/// element, and the readers that wait for an element. Who takes elements away for a reader on another node frees their room
/// later, once they are read there. Each function returns who goes on, and with what. The writer's orderly end comes after
/// what it wrote; a failure or the reader's cancellation drops what was not read.
struct StreamBuffer<Element, Writer, Reader>: ~Copyable {
    /// How a stream ended.
    enum End {
        case finished
        case failed(any Error)
        case cancelled(any Error)
    }

    private let limit: Int
    private var elements = ReadyQueue<Element>()
    /// How many elements were taken away and not read.
    private var taken = 0
    private var writers: [(number: UInt64, element: Element, writer: Writer)] = []
    private var readers: [(number: UInt64, reader: Reader, frees: Bool)] = []
    private var end: End?
    private var lastNumber: UInt64 = 0

    init(limit: Int) { self.limit = max(limit, 1) }

    /// A number for who is about to wait, by which it can be taken out again.
    mutating func number() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }

    /// What becomes of an element that is written.
    enum Written {
        case taken(by: Reader, frees: Bool)
        case kept
        case waits
        case refused(any Error)
    }

    /// Adds an element, or keeps its writer until there is room; without a writer there is.
    mutating func write(_ element: Element, _ number: UInt64, _ writer: Writer?) -> Written {
        switch end {
        case .failed(let error)?, .cancelled(let error)?: return .refused(error)
        case .finished?: return .refused(DurableObjectError.typeError("This WritableStream has been closed."))
        case nil: break
        }
        if let writer, elements.count + taken >= limit {
            writers.append((number, element, writer))
            return .waits
        }
        if let reader = add(element) { return .taken(by: reader.reader, frees: reader.frees) }
        return .kept
    }

    /// Gives an element to the reader that waits, who is returned, or keeps it.
    private mutating func add(_ element: Element) -> (reader: Reader, frees: Bool)? {
        guard !readers.isEmpty else {
            elements.append(element)
            return nil
        }
        let first = readers.removeFirst()
        if !first.frees { taken += 1 }
        return (first.reader, first.frees)
    }

    /// An element that was taken away was read: the writer that goes on, and the reader that gets what it has written.
    mutating func free() -> (writer: Writer, element: Element, reader: Reader?)? {
        taken -= 1
        guard !writers.isEmpty else { return nil }
        let next = writers.removeFirst()
        return (next.writer, next.element, add(next.element)?.reader)
    }

    /// What a reader is told.
    enum Read {
        case element(Element, goesOn: Writer?)
        case ended((any Error)?)
        case waits
    }

    /// Takes the next element, or keeps the reader until there is one; `frees` says whether there is room at once.
    mutating func read(_ number: UInt64, frees: Bool, _ reader: Reader) -> Read {
        if let element = elements.popFirst() {
            guard frees else {
                taken += 1
                return .element(element, goesOn: nil)
            }
            guard !writers.isEmpty else { return .element(element, goesOn: nil) }
            let next = writers.removeFirst()
            elements.append(next.element)
            return .element(element, goesOn: next.writer)
        }
        switch end {
        case .finished?, .cancelled?: return .ended(nil)
        case .failed(let error)?: return .ended(error)
        case nil:
            readers.append((number, reader, frees))
            return .waits
        }
    }

    /// Ends the stream, unless it has ended; returns who waited, each reader with what it gets.
    mutating func finish(_ how: End) -> (writers: [Writer], readers: [(reader: Reader, element: Element?)]) {
        guard end == nil else { return ([], []) }
        end = how
        if case .finished = how {
            for each in writers { elements.append(each.element) }
        } else {
            elements = ReadyQueue()
        }
        defer { (writers, readers) = ([], []) }
        return (writers.map(\.writer), readers.map { ($0.reader, elements.popFirst()) })
    }

    /// Takes a waiting writer out, with its element.
    mutating func giveUp(writer number: UInt64) -> Writer? {
        guard let place = writers.firstIndex(where: { $0.number == number }) else { return nil }
        return writers.remove(at: place).writer
    }

    /// Takes a waiting reader out.
    mutating func giveUp(reader number: UInt64) -> Reader? {
        guard let place = readers.firstIndex(where: { $0.number == number }) else { return nil }
        return readers.remove(at: place).reader
    }
}
