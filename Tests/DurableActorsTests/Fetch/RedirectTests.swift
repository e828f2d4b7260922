import DurableActorsTestKit
import Testing

@testable import DurableActors

/// Answers that say to ask elsewhere.
@Suite struct RedirectTests {
    private let world = SimulatedWorld(seed: 1)
    private var fetcher: Fetcher { Fetcher(network: world.network) }

    private func redirect(_ place: String, _ status: Int, to location: String) {
        world.network.on(place) { _ in Response(status: status, headers: ["location": location]) }
    }

    /// What was asked for, one word for each request.
    private var asked: [String] { world.network.requests.map { "\($0.method) \($0.url)" } }

    @Test(arguments: [
        (301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (303, "PUT", "GET"), (303, "HEAD", "HEAD"),
        (301, "PUT", "PUT"), (307, "POST", "POST"), (308, "DELETE", "DELETE"),
    ])
    func `a redirect keeps the method and the body or makes a GET of them`(
        status: Int,
        before: String,
        after: String
    )
        throws
    {
        redirect("http://a/", status, to: "/b")
        world.network.on("http://a/b") { Response($0.body == nil ? "without" : "with") }
        let text = try world.run { [fetcher] in
            try await fetcher.fetch("http://a/", method: before, body: .bytes([1])).text()
        }
        #expect(asked == ["\(before) http://a/", "\(after) http://a/b"])
        #expect(text == (before == after && before != "HEAD" || before == "HEAD" ? "with" : "without"))
    }

    @Test func `another origin is not told the authorization`() throws {
        redirect("http://a/", 302, to: "http://a/same")
        redirect("http://a/same", 302, to: "https://b/other")
        world.network.on("b") { _ in Response("end") }
        _ = try world.run { [fetcher] in
            try await fetcher.fetch("http://a/", headers: ["Authorization": "secret", "x": "1"])
        }
        #expect(world.network.requests.map { $0.headers.get("authorization") } == ["secret", "secret", nil])
        #expect(world.network.requests.map { $0.headers.get("x") } == ["1", "1", "1"])
    }

    @Test func `a manual redirect, and one without a place, are answers`() throws {
        redirect("a", 302, to: "/b")
        world.network.on("c") { _ in Response(status: 302) }
        let statuses = try world.run { [fetcher] in
            [
                try await fetcher.fetch("http://a/", redirect: .manual).status,
                try await fetcher.fetch("http://c/").status,
            ]
        }
        #expect(statuses == [302, 302])
        #expect(asked.count == 2)
    }

    @Test func `twenty redirects are followed and no more`() throws {
        redirect("a", 302, to: "/again")
        let error = #expect(throws: DurableObjectError.self) {
            try world.run { [fetcher] in try await fetcher.fetch("http://a/") }
        }
        #expect(error?.message == "Too many redirects." && error?.name == "TypeError")
        #expect(asked.count == 21)
    }

    @Test func `a body that streams is not sent again, and a place that is none is not asked`() throws {
        redirect("a", 307, to: "/b")
        redirect("b", 302, to: "http://")
        redirect("c", 302, to: "ftp://x/")
        let errors = try world.run { [fetcher] in
            [
                try await refusal {
                    let (stream, writer) = ByteStream.make()
                    writer.finish()
                    _ = try await fetcher.fetch("http://a/", method: "POST", body: .stream(stream))
                },
                try await refusal { _ = try await fetcher.fetch("http://b/") },
                try await refusal { _ = try await fetcher.fetch("http://c/") },
            ]
        }
        #expect(errors[0]?.hasPrefix("TypeError: A request with a one-time-use body") == true)
        #expect(errors[1] == "TypeError: Invalid Location header; unable to follow redirect.")
        #expect(errors[2] == "TypeError: Fetch API cannot load: ftp://x/")
    }

    @Test(arguments: [
        ("http://a/b/c?d", "e", "http://a/b/e"), ("http://a/b/c", "../e?f", "http://a/e?f"),
        ("http://a/b/c", "./", "http://a/b/"), ("http://a/b/c/", "..", "http://a/b/"),
        ("http://a/b", "?q", "http://a/b?q"),
        ("https://a/b", "//c/d", "https://c/d"), ("http://a/b?q", "", "http://a/b?q"), ("http://a", "x", "http://a/x"),
        ("http://a/", "../../x", "http://a/x"),
    ])
    func `a relative place is found from where it was said`(base: String, reference: String, found: String) {
        #expect(RequestURL(base).resolving(reference)?.description == found)
    }
}
