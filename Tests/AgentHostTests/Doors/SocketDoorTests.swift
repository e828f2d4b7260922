import AgentHost
import DurableActors
import HostClient
import Testing

/// What a client's socket sees of an object that may hibernate, through a door that does not have the object.
@Suite(.timeLimit(.minutes(1))) struct SocketDoorTests {
    private static let frank: Stage.Env = {
        var env = Stage.Env.countingLives
        env.message = { ctx, socket, text in
            let words = text.split(separator: " ").map(String.init)
            switch words.first {
            case "lives": try socket.send("\(try await ctx.lives)")
            case "tags": try socket.send(try ctx.getTags(socket).joined(separator: ","))
            case "attachment": try socket.send(try socket.deserializeAttachment(as: String.self) ?? "nil")
            case "attach": try socket.serializeAttachment(words[1])
            case "sockets":
                let found = try ctx.getWebSockets(tag: words.count > 1 ? words[1] : nil)
                let names = try found.map { try $0.deserializeAttachment(as: String.self) ?? "nil" }
                try socket.send(names.joined(separator: ","))
            case "all": try ctx.broadcast(words[1], tag: words.count > 2 ? words[2] : nil)
            case "abort": try ctx.abort("as asked")
            case "throw": throw Refusal(text: "not today")
            default: try socket.send("heard " + text)
            }
        }
        env.close = { ctx, _, text in
            try ctx.broadcast("closed \(text)")
            try await ctx.sleep(milliseconds: 1)
            try ctx.broadcast("left \(try ctx.getWebSockets().count)")
        }
        return env
    }()

    @Test func `DO 124: what a client sends reaches the object as a text or as bytes`() throws {
        let site = try StageSite(Self.frank)
        let socket = try site.socket("x")
        #expect(try socket.ask("größe") == "heard größe")
        try socket.send([0, 255])
        #expect(try socket.text() == "heard bytes [0, 255]")
    }

    @Test
    func `DO 144: a socket outlives its object's memory with tags and attachment, or drops where that is asked`()
        throws
    {
        let site = try StageSite(Self.frank)
        let socket = try site.socket("x?tag=a&tag=b&attachment=first")
        #expect(try socket.ask("lives") == "1")
        try site.evict("x")
        #expect(try socket.ask("lives") == "2")
        #expect(try socket.ask("tags") == "a,b")
        #expect(try socket.ask("attachment") == "first")
        try socket.send("attach second")
        #expect(try socket.ask("attachment") == "second")
        try site.evict("x")
        #expect(try socket.ask("attachment") == "second")
        #expect(try socket.ask("lives") == "3")
        try site.evict("x", closingSockets: true)
        #expect(try socket.receive() == .lost)
        #expect(try site.text("x/lives") == "4")
    }

    @Test func `DO 129: sockets are found by their tags, and a broadcast reaches those meant`() throws {
        let site = try StageSite(Self.frank)
        let (first, second, third) = (
            try site.socket("x?tag=a&attachment=first"), try site.socket("x?tag=b&attachment=second"),
            try site.socket("x?tag=a&attachment=third")
        )
        #expect(try first.ask("sockets a") == "first,third")
        #expect(try first.ask("sockets") == "third,second,first")
        #expect(try first.ask("sockets zz") == "")
        try second.send("all hello a")
        #expect(try first.text() == "hello")
        #expect(try third.text() == "hello")
        #expect(try second.ask("next") == "heard next")
        try second.send("all everyone")
        for socket in [first, second, third] { #expect(try socket.text() == "everyone") }
    }

    @Test func `DO 128: a socket with too many or too long tags is refused with its text`() throws {
        var env = Self.frank
        env.answer = { ctx, request in
            let pair = WebSocketPair()
            let tags = request.url.searchParameters.map(\.value)
            try ctx.acceptWebSocket(pair.server, tags: tags)
            return Response(try ctx.getTags(pair.server).joined(separator: ","))
        }
        let site = try StageSite(env)
        let many = (0..<11).map { "tag=t\($0)" }.joined(separator: "&")
        let long = String(repeating: "x", count: 257)
        #expect(throws: ClientError.self) { try site.socket("x?\(many)") }
        #expect(try site.text("x/try?\(many)") == "a Hibernatable WebSocket cannot have more than 10 tags")
        #expect(
            try site.text("x/try?tag=\(long)") == "\"\(long)\" is longer than the max tag length (256 characters)."
        )
        #expect(try site.text("x/try?tag=a&tag=b&tag=a") == "a,b")
    }

    @Test func `DO 130, 131, 132: the host answers for an object, asleep or awake, a text that it was told to answer`()
        throws
    {
        var env = Self.frank
        env.operations["answer"] = { ctx, _ in
            try ctx.setWebSocketAutoResponse(WebSocketRequestResponsePair(request: "ping", response: "pong"))
            return "ok"
        }
        env.operations["answered"] = { ctx, _ in
            let times = try ctx.getWebSockets().map { try ctx.getWebSocketAutoResponseTimestamp($0) != nil }
            return "\(times) \(try await ctx.lives)"
        }
        let site = try StageSite(env)
        let socket = try site.socket("x")
        #expect(try site.text("x/answer") == "ok")
        #expect(try site.text("x/answered") == "[false] 1")
        #expect(try socket.ask("ping") == "pong")
        #expect(try site.text("x/answered") == "[true] 1")
        try site.evict("x")
        #expect(try socket.ask("ping") == "pong")
        #expect(try socket.ask("ping") == "pong")
        #expect(try site.text("x/answered") == "[true] 2")
        try socket.send(Array("ping".utf8))
        #expect(try socket.text() == "heard bytes \(Array("ping".utf8))")
    }

    @Test func `DO 133: a pair that is too long is refused, and without one messages are delivered again`() throws {
        var env = Self.frank
        env.operations["answer"] = { ctx, request in
            guard let length = Int(request.url.query) else {
                try ctx.setWebSocketAutoResponse()
                return "none"
            }
            let request = String(repeating: "p", count: length)
            try ctx.setWebSocketAutoResponse(WebSocketRequestResponsePair(request: request, response: "pong"))
            return "ok"
        }
        let site = try StageSite(env)
        let socket = try site.socket("x")
        #expect(try site.text("x/answer?4") == "ok")
        #expect(try socket.ask("pppp") == "pong")
        let refused = try site.ask("x/answer?2049")
        #expect(refused.status == 500 && refused.headers.get("x-name") == "RangeError")
        #expect(try socket.ask("pppp") == "pong")
        #expect(try site.text("x/answer") == "none")
        #expect(try socket.ask("pppp") == "heard pppp")
    }

    @Test func `DO 134: a client's close is told once with its code and reason, and the socket is gone`() throws {
        let site = try StageSite(Self.frank)
        let (watcher, socket) = (try site.socket("x?attachment=watcher"), try site.socket("x"))
        #expect(try socket.ask("one") == "heard one")
        try socket.close(code: 4001, reason: "bye")
        #expect(try socket.receive() == .closed(code: 4001, reason: "bye"))
        #expect(try watcher.text() == "closed 4001 bye true")
        #expect(try watcher.text() == "left 1")
        #expect(try watcher.ask("sockets") == "watcher")
    }

    @Test func `DO 135: a client that is gone without a word is told as 1006`() throws {
        let site = try StageSite(Self.frank)
        let watcher = try site.socket("x")
        do { #expect(try site.socket("x").ask("one") == "heard one") }
        let reason = "WebSocket disconnected without sending Close frame."
        #expect(try watcher.text() == "closed 1006 \(reason) false")
        #expect(try watcher.text() == "left 1")
    }

    @Test func `DO 136: a close without a code is told as 1005 and answered without one`() throws {
        let site = try StageSite(Self.frank)
        let (watcher, socket) = (try site.socket("x"), try site.socket("x"))
        try socket.sendRaw([0x88, 0x80, 0, 0, 0, 0])
        #expect(try socket.receive() == .closed(code: 1005, reason: ""))
        #expect(try watcher.text() == "closed 1005  true")
    }

    @Test func `DO 138, 139: an object closes with a code that may be sent, once, and sends nothing after it`() throws {
        var env = Stage.Env()
        env.message = { _, socket, text in
            var refused: [Int] = []
            for code in [999, 1004, 1005, 1006, 1015, 5000] {
                do {
                    try socket.close(code: code, reason: "no")
                } catch let error as DurableObjectError where error.code == .invalidArgument {
                    refused.append(code)
                }
            }
            try socket.send("\(refused)")
            try socket.close(code: Int(text), reason: "as you wish")
            try socket.close(code: 4001, reason: "again")
            do {
                try socket.send("too late")
            } catch let error as DurableObjectError where error.name == "TypeError" {
                return
            }
            try socket.close(code: 4002, reason: "was sent")
        }
        let site = try StageSite(env)
        for code in [1000, 1001, 3000, 4999] {
            let socket = try site.socket("x")
            #expect(try socket.ask("\(code)") == "[999, 1004, 1005, 1006, 1015, 5000]")
            #expect(try socket.receive() == .closed(code: code, reason: "as you wish"))
            try socket.close(code: code)
            #expect(try socket.receive() == .lost)
        }
    }

    @Test func `DO 140: an attachment that is too large is refused with its size, and one never set is nil`() throws {
        var env = Self.frank
        env.message = { _, socket, text in
            guard let count = Int(text) else {
                return try socket.send(
                    try socket.deserializeAttachment(as: [UInt8].self).map { "\($0.count)" } ?? "nil"
                )
            }
            do {
                try socket.serializeAttachment([UInt8](repeating: 0, count: count))
                try socket.send("ok")
            } catch {
                try socket.send("\(error)")
            }
        }
        let site = try StageSite(env)
        let socket = try site.socket("x")
        #expect(try socket.ask("size") == "nil")
        #expect(try socket.ask("16000") == "ok")
        let refusal = try socket.ask("20000")
        #expect(refusal.hasPrefix("A WebSocket 'attachment' cannot be larger than 16384 bytes.'attachment' was 200"))
        #expect(try socket.ask("size") == "16000")
    }

    @Test func `DO 141: after a handler that throws the socket stays and the next message comes`() throws {
        let site = try StageSite(Self.frank)
        let socket = try site.socket("x")
        try socket.send("throw")
        #expect(try socket.ask("next") == "heard next")
        #expect(try socket.ask("lives") == "1")
    }

    @Test func `DO 143: an object that aborts loses its sockets, and begins again without any`() throws {
        let site = try StageSite(Self.frank)
        let sockets = [try site.socket("x"), try site.socket("x")]
        #expect(try sockets[1].ask("one") == "heard one")
        try sockets[0].send("abort")
        for socket in sockets { #expect(try socket.receive() == .lost) }
        let again = try site.socket("x?attachment=again")
        #expect(try again.ask("sockets") == "again")
        #expect(try again.ask("lives") == "2")
    }

    @Test func `DO 147: a hundred messages at once are handled in their order`() throws {
        let site = try StageSite(Self.frank)
        let socket = try site.socket("x")
        for number in 0..<100 { try socket.send("\(number)") }
        #expect(try (0..<100).map { _ in try socket.text() } == (0..<100).map { "heard \($0)" })
    }
}
