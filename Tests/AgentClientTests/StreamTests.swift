import AgentClient
import DurableActors
import DurableActorsTestKit
import Testing

/// Streams: chunks in their order, one end, and readers that leave or lag.
@Suite struct StreamTests {
    private func reading(_ site: ClientSite) throws -> SimulatedTask<([Int], String?)> {
        try site.start { client in
            let stream = try client.stream("count", 3, of: Int.self)
            var chunks: [Int] = []
            for try await chunk in stream { chunks.append(chunk) }
            return (chunks, try stream.result(as: String.self))
        }
    }

    @Test func `chunks come in their order, then the end with its value`() throws {
        let site = try ClientSite()
        let link = try site.opened()
        let task = try reading(site)
        #expect(link.texts == [#"{"args":[3],"id":"\#(try link.lastCall)","method":"count","type":"rpc"}"#])
        for chunk in 0..<3 { try link.answer(#""done":false,"result":\#(chunk),"success":true"#) }
        try link.answer(#""done":true,"result":"all","success":true"#)
        try site.settle()
        let (chunks, end) = try #require(try task.result?.get())
        #expect(chunks == [0, 1, 2])
        #expect(end == "all")
    }

    @Test func `AG 57: a stream has no timeout of its own`() throws {
        let site = try ClientSite { $0.callTimeout = .milliseconds(150) }
        let link = try site.opened()
        let task = try reading(site)
        for chunk in 1...2 {
            try site.advance(30_000)
            try link.answer(#""done":false,"result":\#(chunk),"success":true"#)
        }
        try link.answer(#""done":true,"result":"complete","success":true"#)
        try site.settle()
        let (chunks, end) = try #require(try task.result?.get())
        #expect(chunks == [1, 2])
        #expect(end == "complete")
    }

    @Test func `an error ends a stream after its chunks`() throws {
        let site = try ClientSite()
        let link = try site.opened()
        let task = try reading(site)
        try link.answer(#""done":false,"result":1,"success":true"#)
        try link.answer(#""error":"Stream failed","success":false"#)
        try site.settle()
        #expect(task.clientError == .failed("Stream failed"))
    }

    @Test func `a lost socket ends a stream that was sent`() throws {
        let site = try ClientSite()
        let link = try site.opened()
        let task = try reading(site)
        link.end(1006)
        try site.settle()
        #expect(task.clientError == .connectionClosed)
    }

    @Test func `a reader that is too far behind gets what waited and then an error, and other calls go on`() throws {
        let site = try ClientSite { $0.maximumUnreadChunks = 2 }
        let link = try site.opened()
        let stream = try site.client.stream("count", of: Int.self)
        for chunk in 0..<5 { try link.answer(#""done":false,"result":\#(chunk),"success":true"#) }
        let task = try site.start { _ in
            var chunks: [Int] = []
            do {
                for try await chunk in stream { chunks.append(chunk) }
            } catch let error as AgentClientError {
                return (chunks, "\(error)")
            }
            return (chunks, "")
        }
        let (chunks, error) = try #require(try task.result?.get())
        #expect(chunks == [0, 1])
        #expect(error == "The stream of count was not read fast enough")
    }

    @Test func `after a reader has left, what still comes is dropped`() throws {
        let site = try ClientSite()
        let link = try site.opened()
        let task = try site.start { client in
            for try await chunk in try client.stream("count", of: Int.self) { return chunk }
            return -1
        }
        for chunk in 7..<9 { try link.answer(#""done":false,"result":\#(chunk),"success":true"#) }
        try site.settle()
        #expect(try task.result?.get() == 7)
        try link.answer(#""done":false,"result":9,"success":true"#)
        #expect(site.events.last?.hasPrefix("warning Discarded") == true)
    }
}
