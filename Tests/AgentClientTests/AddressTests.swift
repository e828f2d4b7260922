import AgentClient
import DurableActors
import Testing

/// The URLs that clients make.
@Suite struct AddressTests {
    private func address(_ change: (inout AgentClientOptions) -> Void) throws -> AgentAddress {
        try ClientSite(change).transport.link().address
    }

    private func path(_ change: (inout AgentClientOptions) -> Void) throws -> String {
        let target = try address(change).target
        #expect(target.contains(/\?_pk=[0-9a-f-]{36}/))
        return target.replacing(/_pk=[0-9a-f-]{36}/, with: "_pk=ID")
    }

    @Test func `AG 9, 11: path and query are those of the JavaScript client`() throws {
        #expect(try path { _ in } == "/agents/counter/room?_pk=ID")
        #expect(try path { $0.agent = "TaskAgent" } == "/agents/task-agent/room?_pk=ID")
        #expect(try path { $0.name = "my room/ü" } == "/agents/counter/my%20room/%C3%BC?_pk=ID")
        #expect(try path { $0.path = "settings/a" } == "/agents/counter/room/settings/a?_pk=ID")
        #expect(try path { $0.prefix = "api/v1" } == "/api/v1/counter/room?_pk=ID")
        #expect(try path { $0.basePath = "user" } == "/user?_pk=ID")
        #expect(try path { $0.basePath = "/user" } == "//user?_pk=ID")
        #expect(
            try path { $0.query = { [("token", "a b"), ("empty", ""), ("gone", nil), ("ü", "&")] } }
                == "/agents/counter/room?_pk=ID&token=a+b&empty=&%C3%BC=%26"
        )
    }

    @Test(arguments: [
        ("localhost:8787", "localhost:8787", false), ("localhost", "localhost", true),
        ("http://127.0.0.1:80/", "127.0.0.1:80", false), ("wss://example.org", "example.org", true),
        ("10.1.2.3", "10.1.2.3", false), ("192.168.1.1:1", "192.168.1.1:1", false),
        ("172.16.0.1", "172.16.0.1", false), ("172.32.0.1", "172.32.0.1", true), ("172.9.0.1", "172.9.0.1", true),
    ])
    func `hosts of this machine and of private networks are reached without TLS`(
        host: String,
        authority: String,
        isSecure: Bool
    ) throws {
        let address = try address { $0.host = host }
        #expect(address.host == authority)
        #expect(address.isSecure == isSecure)
        #expect(try self.address { options in (options.host, options.scheme) = (host, .ws) }.isSecure == false)
    }

    @Test func `a path that is no path is told and never connects`() throws {
        for change: (inout AgentClientOptions) -> Void in [{ $0.name = "a#b" }, { $0.path = "/x" }, { $0.name = "?" }] {
            let site = try ClientSite(change)
            #expect(site.transport.links.isEmpty)
            #expect(site.events.count == 1 && site.events[0].hasPrefix("failed The path "))
        }
    }

    @Test func `AG 99: a request has the same path without connection id, and a query only where it has one`()
        async throws
    {
        let transport = ScriptedTransport()
        var options = AgentClientOptions(host: "localhost:8787", agent: "TaskAgent", name: "n")
        options.path = "x/y"
        let plain = try await agentFetch(options, transport: transport)
        #expect(try await plain.text() == "GET http://localhost:8787/agents/task-agent/n/x/y")
        let asked = try await agentFetch(options, transport: transport, method: "POST", query: [("q", "1")])
        #expect(try await asked.text() == "POST http://localhost:8787/agents/task-agent/n/x/y?q=1")
    }
}
