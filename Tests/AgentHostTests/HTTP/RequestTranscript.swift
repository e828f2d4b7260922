import AgentHost
import DurableActors

/// Everything a request parser makes of some bytes, body pieces joined.
struct RequestTranscript: Equatable {
    struct Request: Equatable {
        var head: RequestHead
        var body: [UInt8] = []
        var trailers: Headers?
    }

    var requests: [Request] = []
    var error: HTTPParseError?
    var remainder: [UInt8] = []

    init(_ bytes: [UInt8], _ feeding: Feeding = .whole, limits: HTTPLimits = HTTPLimits()) {
        var parser = RequestParser(limits: limits)
        do throws(HTTPParseError) {
            for piece in feeding.pieces(of: bytes) {
                parser.feed(piece)
                while let event = try parser.next() { add(event) }
            }
            remainder = parser.takeRemainder()
        } catch {
            self.error = error
        }
    }

    init(_ text: String, _ feeding: Feeding = .whole, limits: HTTPLimits = HTTPLimits()) {
        self.init(Array(text.utf8), feeding, limits: limits)
    }

    private mutating func add(_ event: RequestEvent) {
        switch event {
        case .head(let head): requests.append(Request(head: head))
        case .body(let piece): requests[requests.count - 1].body += piece
        case .end(let trailers): requests[requests.count - 1].trailers = trailers
        }
    }
}
