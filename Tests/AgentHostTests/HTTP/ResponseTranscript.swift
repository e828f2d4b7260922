import AgentHost
import DurableActors

/// Everything a response parser makes of some bytes and the connection's end, body pieces joined.
struct ResponseTranscript: Equatable {
    var interim: [ResponseHead] = []
    var heads: [ResponseHead] = []
    var bodies: [[UInt8]] = []
    var trailers: [Headers] = []
    var error: HTTPParseError?

    init(
        _ bytes: [UInt8],
        _ feeding: Feeding = .whole,
        methods: [String] = ["GET", "GET"],
        limits: HTTPLimits = HTTPLimits()
    ) {
        var parser = ResponseParser(limits: limits)
        methods.forEach { parser.expectResponse(to: $0) }
        do throws(HTTPParseError) {
            for piece in feeding.pieces(of: bytes) {
                parser.feed(piece)
                while let event = try parser.next() { add(event) }
            }
            parser.feedEnd()
            while let event = try parser.next() { add(event) }
        } catch {
            self.error = error
        }
    }

    private mutating func add(_ event: ResponseEvent) {
        switch event {
        case .interim(let head): interim.append(head)
        case .head(let head):
            heads.append(head)
            bodies.append([])
        case .body(let piece): bodies[bodies.count - 1] += piece
        case .end(let trailers): self.trailers.append(trailers)
        }
    }
}
