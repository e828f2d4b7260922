import AgentClient
import DurableActors
import DurableActorsTestKit
import Testing

/// Calls: their frames, their answers, and what becomes of them when no answer comes.
@Suite struct CallTests {
    @Test func `a call is one frame, and its answer the result in its type`() throws {
        let site = try ClientSite()
        let link = try site.opened()
        let sum = try site.start { try await $0.call("add", 2, 3, as: Int.self) }
        let id = try link.lastCall
        #expect(link.texts == [#"{"args":[2,3],"id":"\#(id)","method":"add","type":"rpc"}"#])
        #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        try link.answer(#""done":true,"result":5,"success":true"#)
        try site.settle()
        #expect(try sum.result?.get() == 5)
    }

    @Test func `a method that returns nothing or null answers a call that asks for nothing, or for an optional`() throws
    {
        let site = try ClientSite()
        let link = try site.opened()
        for rest in [#""done":true,"success":true"#, #""done":true,"result":null,"success":true"#, #""success":true"#] {
            let nothing = try site.start { try await $0.call("nothing") }
            try link.answer(rest)
            let optional = try site.start { try await $0.call("nothing", as: Int?.self) }
            try link.answer(rest)
            try site.settle()
            #expect(nothing.failure(as: AgentClientError.self) == nil && nothing.result != nil)
            #expect(try optional.result?.get() == .some(nil))
        }
    }

    @Test(arguments: [
        (#""error":"Größe ✓","success":false"#, AgentClientError.failed("Größe ✓")),
        (#""success":false"#, .failed("")),
        (#""error":"none said""#, .failed("none said")),
    ])
    func `an error is thrown with the agent's own text`(answer: String, error: AgentClientError) throws {
        let site = try ClientSite()
        let link = try site.opened()
        let call = try site.start { try await $0.call("refuse") }
        try link.answer(answer)
        try site.settle()
        #expect(call.clientError == error)
    }

    @Test func `a result of another type is an error that says so`() throws {
        let site = try ClientSite()
        let link = try site.opened()
        let call = try site.start { try await $0.call("add", as: Int.self) }
        try link.answer(#""done":true,"result":"five","success":true"#)
        try site.settle()
        #expect(call.clientError?.description.hasPrefix("The result of add is not a Int") == true)
    }

    @Test func `answers find their calls in any order`() throws {
        let site = try ClientSite()
        let link = try site.opened()
        let slow = try site.start { try await $0.call("slow", as: String.self) }
        let slowId = try link.lastCall
        let fast = try site.start { try await $0.call("fast", as: String.self) }
        try link.answer(#""done":true,"result":"fast","success":true"#)
        link.tell(#"{"done":true,"id":"\#(slowId)","result":"slow","success":true,"type":"rpc"}"#)
        try site.settle()
        #expect(try fast.result?.get() == "fast")
        #expect(try slow.result?.get() == "slow")
    }

    @Test func `AG 56: a call without an answer in its time is given up, and a late answer is dropped with a warning`()
        throws
    {
        let site = try ClientSite()
        let link = try site.opened()
        let own = try site.start { try await $0.call("hang", timeout: .milliseconds(50)) }
        let id = try link.lastCall
        let usual = try site.start { try await $0.call("hang") }
        try site.advance(49)
        #expect(own.result == nil)
        try site.advance(1)
        #expect(own.clientError == .timedOut(method: "hang", milliseconds: 50))
        #expect(own.clientError?.description == "RPC call to hang timed out after 50ms")
        link.tell(#"{"done":true,"id":"\#(id)","success":true,"type":"rpc"}"#)
        let warning = #"warning Discarded an RPC response with no matching pending call (id "\#(id)")."#
        #expect(site.events.last == warning)
        try site.advance(29_949)
        #expect(usual.result == nil)
        try site.advance(1)
        #expect(usual.clientError == .timedOut(method: "hang", milliseconds: 30_000))
    }

    @Test func `a task that is cancelled stops waiting, and a call that was not sent by then never is`() throws {
        let site = try ClientSite()
        let client = site.client
        let task = site.transport.simulation.start {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await client.call("first") }
                await site.transport.simulation.sleep(milliseconds: 10)
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        try site.advance(20)
        #expect(task.failure(as: CancellationError.self) != nil)
        #expect(try site.opened().texts.isEmpty)
    }

    @Test func `calls before the socket is open wait and go out in order once it is`() throws {
        let site = try ClientSite()
        let first = try site.start { try await $0.call("first") }
        try site.client.setState(Count(count: 4))
        try site.client.send(.binary([1, 2]))
        let second = try site.start { try await $0.call("second") }
        let link = try site.opened()
        #expect(link.steps.count == 4)
        #expect(link.texts.compactMap { try? JSON.parse($0)["method"]?.string } == ["first", "second"])
        #expect(link.steps[1] == .text(#"{"state":{"count":4},"type":"cf_agent_state"}"#))
        #expect(link.steps[2] == .binary([1, 2]))
        #expect(site.events == ["state 4 client", "opened", "identified room counter"])
        #expect(first.result == nil && second.result == nil)
    }

    @Test func `calls that were sent fail when the socket is lost, those that were not are sent on the next`() throws {
        let site = try ClientSite()
        let link = try site.opened()
        let sent = try site.start { try await $0.call("sent") }
        link.end(1006)
        try site.settle()
        #expect(sent.clientError == .connectionClosed)
        let kept = try site.start { try await $0.call("kept", as: Int.self) }
        try site.advance(3000)
        let next = try site.opened()
        try next.answer(#""done":true,"result":1,"success":true"#)
        try site.settle()
        #expect(try kept.result?.get() == 1)
    }

    @Test func `AG 96: closing fails every call at once, before the close frame, and later ones too`() throws {
        let site = try ClientSite()
        let link = try site.opened()
        let call = try site.start { try await $0.call("hang") }
        site.client.close()
        try site.settle()
        #expect(call.clientError == .connectionClosed)
        #expect(link.steps.last == .close(1000, ""))
        #expect(site.client.isIdentified == false)
        #expect(try site.start { try await $0.call("late") }.clientError == .connectionClosed)
        #expect(throws: AgentClientError.connectionClosed) { try site.client.setState(Count(count: 1)) }
        try site.advance(60_000)
        #expect(site.transport.links.count == 1)
    }
}
