import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct StateScenarios {
    private func state(_ value: String) -> String { #"{"state":\#(value),"type":"cf_agent_state"}"# }

    @Test(arguments: [JSONValue.integer(0), false, "", nil])
    func `AG 25: a state is kept over eviction whatever its truth value`(value: JSONValue) throws {
        let site = try AgentSite()
        let kept = try site.run {
            let plain = site.bindings.plains.getByName("r")
            try await plain.keep(value)
            try await evictDurableObject(plain)
            return try await plain.kept()
        }
        #expect(kept ?? .null == value)
    }

    @Test(arguments: [JSONValue.integer(0), false, "", nil])
    func `AG 25: the initial state does not come back for one that is zero, false, empty or null`(
        value: JSONValue
    ) throws {
        let site = try ErrandSite()
        try site.boss { try $0.setState(value) }
        try site.host.restart()
        #expect(try site.boss { try $0.state } == value)
    }

    @Test func `AG 27: a state that the agent sets reaches every client once`() throws {
        let site = try AgentSite()
        let clients = try [site.connected("/agents/counter/r1"), site.connected("/agents/counter/r1")]
        try site.run { try await site.bindings.counters.getByName("r1").set(5) }
        for client in clients { #expect(client.texts == [state(#"{"count":5}"#)]) }
    }

    @Test func `AG 28, 33: a client's state reaches the others, is stored, and the hook knows whose it is`() throws {
        let site = try AgentSite()
        let sender = try site.connected("/agents/counter/r1?_pk=a")
        let other = try site.connected("/agents/counter/r1?_pk=b")
        try sender.send(#"{"type":"cf_agent_state","state":{"count":7}}"#)
        #expect(sender.texts == [])
        #expect(other.texts == [state(#"{"count":7}"#)])
        #expect(site.tape.lines.last == "changed 7 a")
        #expect(try site.run { try await site.bindings.counters.getByName("r1").getState() } == Counter.State(count: 7))
        try other.call("set", "8")
        #expect(site.tape.lines.last == "changed 8 server b")
    }

    @Test func `AG 29: a method's state comes before its answer`() throws {
        let site = try AgentSite()
        let caller = try site.connected("/agents/counter/r1")
        let other = try site.connected("/agents/counter/r1")
        let answer = #"{"done":true,"id":"1","result":1,"success":true,"type":"rpc"}"#
        #expect(try caller.answers("increment") == [state(#"{"count":1}"#), answer])
        #expect(other.texts == [state(#"{"count":1}"#)])
    }

    @Test(arguments: [#"{"count":-1}"#, #"{"count":"many"}"#, "5"])
    func `AG 30: a client's state that is refused changes nothing and only the client is told`(value: String) throws {
        let site = try AgentSite()
        let sender = try site.connected("/agents/counter/r1")
        let other = try site.connected("/agents/counter/r1")
        site.tape.clear()
        try sender.send(#"{"type":"cf_agent_state","state":\#(value)}"#)
        #expect(sender.texts == [#"{"type":"cf_agent_state_error","error":"State update rejected"}"#])
        #expect(other.texts == [])
        #expect(site.tape.lines == [])
        #expect(try site.run { try await site.bindings.counters.getByName("r1").getState() } == Counter.State(count: 0))
    }

    @Test func `AG 31: a state that is refused in a method is the method's error`() throws {
        let site = try AgentSite()
        let caller = try site.connected("/agents/counter/r1")
        let other = try site.connected("/agents/counter/r1")
        let error = #"{"error":"negative","id":"1","success":false,"type":"rpc"}"#
        #expect(try caller.answers("set", "-1") == [error])
        #expect(other.texts == [])
    }

    @Test func `AG 32: what onStateChanged throws goes to onError alone`() throws {
        let site = try AgentSite()
        let caller = try site.connected("/agents/counter/r1")
        let answer = #"{"done":true,"id":"1","success":true,"type":"rpc"}"#
        #expect(try caller.answers("set", "13") == [state(#"{"count":13}"#), answer])
        #expect(site.tape.lines.last == "error unlucky")
        #expect(
            try site.run { try await site.bindings.counters.getByName("r1").getState() } == Counter.State(count: 13)
        )
    }

    @Test func `AG 38: a state comes back as a round trip through JSON makes it`() throws {
        let site = try AgentSite()
        let text = #"{"a":[[1,[2,null]],[]],"u":"ü👩‍💻","n":[0.1,1e+21,-0,1e-7,9007199254740993]}"#
        let plain = site.bindings.plains
        let kept = try site.run {
            let plain = plain.getByName("r")
            try await plain.keep(try JSON.parse(text))
            try await evictDurableObject(plain)
            return try await plain.kept()
        }
        #expect(kept?.description == #"{"a":[[1,[2,null]],[]],"u":"ü👩‍💻","n":[0.1,1e+21,0,1e-7,9007199254740993]}"#)
    }

    @Test func `AG 40: states follow each other in order`() throws {
        let site = try AgentSite()
        let client = try site.connected("/agents/counter/r1")
        try site.run {
            for count in 1...50 { try await site.bindings.counters.getByName("r1").set(count) }
        }
        #expect(client.texts == (1...50).map { state(#"{"count":\#($0)}"#) })
        let rows = try site.run {
            try await runInDurableObject(site.bindings.counters.getByName("r1")) { counter, _ in
                try counter.sql("SELECT state FROM cf_agents_state WHERE id <> 'cf_schema_version'")
                    .map { $0["state"]?.text }
            }
        }
        #expect(rows == [#"{"count":50}"#])
    }

    @Test func `a client's null is a state`() throws {
        let site = try AgentSite()
        let sender = try site.connected("/agents/plain-object/r")
        let other = try site.connected("/agents/plain-object/r")
        try sender.send(#"{"type":"cf_agent_state","state":null}"#)
        #expect(other.texts == [state("null")])
    }

    @Test func `AG 69, 70, 71: a readonly client sees states and cannot set them, by frames or by methods`() throws {
        let site = try AgentSite()
        let reader = try site.connected("/agents/counter/r1?readonly=true")
        let writer = try site.connected("/agents/counter/r1")
        try reader.send(#"{"type":"cf_agent_state","state":{"count":1}}"#)
        #expect(reader.texts == [#"{"type":"cf_agent_state_error","error":"Connection is readonly"}"#])
        let refused = #"{"error":"Connection is readonly","id":"1","success":false,"type":"rpc"}"#
        #expect(try reader.answers("increment") == [refused])
        let read = #"{"done":true,"id":"1","result":{"count":0},"success":true,"type":"rpc"}"#
        #expect(try reader.answers("getState") == [read])
        #expect(writer.texts == [])
        try writer.send(#"{"type":"cf_agent_state","state":{"count":2}}"#)
        #expect(reader.texts.last == state(#"{"count":2}"#))
    }

    @Test func `AG 72: a connection is made readonly and writable again while it lives`() throws {
        let site = try AgentSite()
        let client = try site.connected("/agents/counter/r1")
        let counter = site.bindings.counters
        try site.run { try await counter.getByName("r1").setReadonly(true) }
        #expect(try site.run { try await counter.getByName("r1").flags() } == [true, true])
        #expect(try client.answers("increment").first?.contains("readonly") == true)
        try site.run { try await counter.getByName("r1").setReadonly(false) }
        #expect(try site.run { try await counter.getByName("r1").flags() } == [false, true])
        #expect(try client.answers("increment").count == 2)
    }

    @Test func `AG 74, 76: a connection's state hides its flags, and setting it leaves them`() throws {
        let site = try AgentSite()
        let counter = site.bindings.counters
        _ = try site.connected("/agents/counter/r1?readonly=true&silent=true")
        _ = try site.connected("/agents/counter/r1?readonly=true")
        #expect(try site.run { try await counter.getByName("r1").connectionStates() } == [nil, nil])
        try site.run { try await counter.getByName("r1").keepWithConnections() }
        let own: JSONValue = ["a": 1, "b": 2]
        #expect(try site.run { try await counter.getByName("r1").connectionStates() } == [own, own])
        #expect(try site.run { try await counter.getByName("r1").flags() } == [true, false, true, true])
    }

    @Test func `AG 75: a connection without the protocol gets answers and no other frame of it`() throws {
        let site = try AgentSite()
        let silent = try site.open("/agents/counter/r1?silent=true")
        let other = try site.connected("/agents/counter/r1")
        #expect(silent.texts == [])
        try site.run { try await site.bindings.counters.getByName("r1").set(3) }
        #expect(silent.texts == [])
        #expect(other.texts == [state(#"{"count":3}"#)])
        try silent.send(#"{"args":[],"id":"1","method":"getState","type":"rpc"}"#)
        try site.settle()
        #expect(silent.texts == [#"{"done":true,"id":"1","result":{"count":3},"success":true,"type":"rpc"}"#])
    }

    @Test func `AG 171: frames of the protocol pass a class's own broadcast, and setState its own setState`() throws {
        let site = try AgentSite()
        let client = try site.connected("/agents/shouter/s?_pk=a")
        try client.call("count", "5")
        #expect(client.texts.first == #"{"type":"{\"state\":5,\"type\":\"cf_agent_state\"}"}"#)
        try client.call("count", "13")
        #expect(site.tape.lines.last == "caught unlucky")
        try client.send(#"{"type":"cf_agent_state","state":6}"#)
        #expect(site.tape.lines.last == #"without ["a"]"#)
    }
}
