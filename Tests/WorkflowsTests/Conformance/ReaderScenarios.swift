import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// Those who watch instances from outside.
@Suite struct ReaderScenarios {
    @Test func `a test of all instances sees those that are created, and leaves nothing of them`()
        throws
    {
        let rig = try Rig { _, step, effects in
            try await step.sleep("s", "1 hour")
            return .integer(try await step.do("x") { _ in 1 })
        }
        let workflow = rig.host.bindings
        try rig.create("before")
        let all = workflow.introspect()
        all.modifierOfAll.disableSleeps()
        try all.modifierOfAll.mockStepResult(StepTarget("x"), 2)
        for id in ["a", "b"] { try rig.create(id) }
        try rig.host.run(advancesTime: false) {
            for one in all.get() {
                try await one.waitForStatus(.complete)
                #expect(try await one.getOutput() == 2)
            }
            #expect(all.get().count == 2)
            try await all.dispose()
        }
        #expect(all.get().isEmpty)
        #expect(throws: WorkflowError.instanceNotFound) { try rig.status("a") }
        try rig.create("a")
        try rig.advance(3_599_000)
        #expect(try rig.status("a") == .waiting && rig.status("before") == .waiting)
        try rig.advance(1000)
        #expect(try rig.report("a").output == 1)
    }

    @Test func `WF 184: a reader of server-sent events goes on after the last it had, over a restart`()
        throws
    {
        let rig = try Rig { _, step, _ in
            try await step.do("a") { _ in 1 }
            try await step.sleep("s", "1 hour")
            try await step.do("b") { _ in 2 }
            return "done"
        }
        try rig.create()
        try rig.settle()
        let read = { (headers: Headers, most: Int) in
            try rig.control { instance in
                let request = Request("http://host/runs/a", headers: headers)
                let response = instance.serverSentEvents(for: request)
                #expect(response.headers.get("content-type") == "text/event-stream")
                guard case .stream(let stream) = response.body else { return [String]() }
                var events: [String] = []
                for try await piece in stream {
                    events.append(String(decoding: piece, as: UTF8.self))
                    if events.count == most { break }
                }
                return events
            }
        }
        let first = try read(Headers(), 7)
        try rig.crash()
        try rig.advance(3_600_000)
        let last = try #require(first.last?.split(separator: "\n").first?.dropFirst("id: ".count))
        let rest = try read(["last-event-id": String(last)], .max)
        let whole = try read(Headers(), .max)
        #expect(first + rest == whole)
        let log = try rig.log().map { event in
            "id: \(event.eventId)\nevent: \(event.name.rawValue)\ndata: \(try JSON.stringify(event))\n\n"
        }
        #expect(whole == log)
        #expect(whole.last?.contains("event: workflow_completed\n") == true)
    }
}
