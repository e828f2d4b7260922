internal import DurableActors

/// The HTTP side of a connection: one request after the other, each answered before the next is taken.
struct HTTPExchange {
    /// What is to be done next.
    enum Step {
        case write([UInt8])
        case handle(RequestHead, body: [UInt8])
        case refuse(HTTPParseError)
    }

    /// How much may wait unread behind the request that is being answered.
    static let readAheadBytes = 256 << 10

    private(set) var parser: RequestParser
    private var head: RequestHead?
    private var body: [UInt8] = []
    /// Whether a request is being answered.
    private(set) var isBusy = false
    private(set) var hasFailed = false

    init(limits: HTTPLimits = HTTPLimits()) { parser = RequestParser(limits: limits) }

    private var pieces = 0

    /// What is missing of the request that is coming.
    var phase: ConnectionPatience.Phase {
        if head != nil { return .body(pieces: pieces) }
        return parser.isIdle || hasFailed ? .idle : .head
    }

    /// Whether reading should pause until the request at hand is answered.
    var isFull: Bool { isBusy && parser.bufferedCount > Self.readAheadBytes }

    /// Takes bytes; those behind a refused request are dropped.
    mutating func feed(_ bytes: [UInt8]) {
        guard !hasFailed else { return }
        pieces += 1
        parser.feed(bytes)
    }

    /// Takes nothing more: what comes is dropped.
    mutating func giveUp() { hasFailed = true }

    /// What the bytes so far ask for; nil when more must come or an answer must go first.
    mutating func next() -> Step? {
        guard !isBusy, !hasFailed else { return nil }
        do {
            while let event = try parser.next() {
                switch event {
                case .head(let head):
                    self.head = head
                    body = []
                    if head.expectsContinue { return .write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
                case .body(let bytes):
                    body += bytes
                case .end:
                    guard let head else { continue }
                    isBusy = true
                    self.head = nil
                    defer { body = [] }
                    return .handle(head, body: body)
                }
            }
        } catch {
            hasFailed = true
            return .refuse(error)
        }
        return nil
    }

    /// The answer has been written.
    mutating func answered() { isBusy = false }

    /// The bytes behind an upgrade request.
    mutating func takeRemainder() -> [UInt8] { parser.takeRemainder() }
}
