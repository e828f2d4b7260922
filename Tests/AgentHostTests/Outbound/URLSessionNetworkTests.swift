import AgentHost
import DurableActors
import HostClient
import Testing

/// The real network, against this package's own server.
@Suite(.timeLimit(.minutes(1))) struct URLSessionNetworkTests {
    private static func host(_ answer: @escaping @Sendable (Request) async throws -> Response) throws -> LoopbackHost {
        try LoopbackHost { _ in answer }
    }

    private static func error(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func `a request arrives as it was made and its answer as it was given`() async throws {
        let host = try Self.host { request in
            let words = [request.method, "\(request.url.pathname)?\(request.url.query)", try await request.text()]
            return Response(
                (words + [request.headers.get("x-one") ?? ""]).joined(separator: " "),
                status: 418,
                headers: ["x-two": "b"]
            )
        }
        let url = "http://127.0.0.1:\(host.port)/path%20of?q=1"
        let response = try await host.host.runtime.fetcher
            .fetch(url, method: "PUT", headers: ["x-one": "a"], body: .bytes(Array("body".utf8)))
        #expect(response.status == 418 && response.headers.get("x-two") == "b")
        #expect(try await response.text() == "PUT /path%20of?q=1 body a")
    }

    @Test func `an answer streams: its first piece is read while its last is not written`() async throws {
        let (stream, writer) = ByteStream.make()
        let host = try Self.host { _ in Response(body: .stream(stream)) }
        try await writer.write("first")
        let response = try await host.host.runtime.fetcher.fetch("http://127.0.0.1:\(host.port)/")
        guard case .stream(let body)? = response.body else {
            Issue.record("The answer does not stream.")
            return
        }
        var reader = body.makeAsyncIterator()
        #expect(try await reader.next() == Array("first".utf8))
        try await writer.write("second")
        #expect(try await reader.next() == Array("second".utf8))
        writer.finish()
        #expect(try await reader.next() == nil)
    }

    @Test func `redirects are followed or returned as the request says`() async throws {
        let host = try Self.host { request in
            if request.url.pathname == "/end" { return Response("end") }
            return Response(status: 302, headers: ["location": "/end"])
        }
        let fetcher = host.host.runtime.fetcher
        let url = "http://127.0.0.1:\(host.port)/start"
        #expect(try await fetcher.fetch(url).text() == "end")
        let manual = try await fetcher.fetch(url, redirect: .manual)
        #expect(manual.status == 302 && manual.headers.get("location") == "/end")
    }

    @Test func `a server that cannot be reached is a connection that is lost`() async throws {
        let host = try Self.host { _ in Response("") }
        let url = "http://127.0.0.1:\(host.port)/"
        host.server.stop()
        let error = await Self.error { _ = try await host.host.runtime.fetcher.fetch(url) }
        #expect(error?.hasPrefix("Network connection lost. ") == true, "\(error ?? "nil")")
    }

    @Test func `a task that is cancelled gives up its exchange`() async throws {
        let (stream, writer) = ByteStream.make()
        defer { writer.finish() }
        let (arrived, arrival) = ByteStream.make()
        let host = try Self.host { _ in
            try await arrival.write([1])
            for try await _ in stream {}
            return Response("late")
        }
        let asking = Task { [port = host.port, fetcher = host.host.runtime.fetcher] in
            try await fetcher.fetch("http://127.0.0.1:\(port)/")
        }
        var arrivals = arrived.makeAsyncIterator()
        _ = try await arrivals.next()
        asking.cancel()
        await #expect(throws: CancellationError.self) { try await asking.value }
    }

    @Test func `an answer that comes faster than it is read, and a body that is too large, are refused`() async throws {
        let host = try Self.host { _ in Response(body: .bytes([UInt8](repeating: 1, count: 1 << 20))) }
        var configuration = URLSessionNetwork.Configuration()
        configuration.maximumUnreadBytes = 1000
        configuration.maximumRequestBytes = 10
        let network = URLSessionNetwork(configuration)
        let url = "http://127.0.0.1:\(host.port)/"
        let flooded = await Self.error {
            let response = try await network.exchange(Request(url))
            // The reader is slower than the answer by one piece at least.
            _ = try await host.host.runtime.fetcher.fetch(url).text()
            _ = try await response.text()
        }
        #expect(flooded == "Network connection lost. More than 1000 bytes of the answer have come and were not read.")
        let large = await Self.error {
            _ = try await network.exchange(Request(url, method: "POST", body: .bytes([UInt8](repeating: 1, count: 11))))
        }
        #expect(large == "A request's body cannot be larger than 10 bytes.")
    }

    @Test func `an object's request carries its client's address, whatever the client says`() async throws {
        let host = try Self.host { request in
            Response(request.headers.getAll("cf-connecting-ip").joined(separator: " "))
        }
        let answer = try host.http().request("GET", "/", headers: [("CF-Connecting-IP", "10.1.2.3")])
        #expect(String(decoding: answer.body, as: UTF8.self) == "127.0.0.1")
    }
}
