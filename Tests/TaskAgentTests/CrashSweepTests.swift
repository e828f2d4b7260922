import DurableActors
import DurableActorsTestKit
import Testing

/// The host ends at every commit in turn, and starts again on what is durable.
@Suite struct CrashSweepTests {
    /// Makes this write and all after it fail, as for a machine that has lost its power.
    private func loseDisk(_ site: TaskSite, atWrite number: Int) {
        for write in number..<number + 1000 {
            site.host.store.failWrite(write, with: StorageError(.io, "The machine has lost its power."))
        }
    }

    /// Runs one task with a crash at a write; tells how many writes there were.
    @discardableResult
    private func runTask(crashAtWrite number: Int?, seed: UInt64) throws -> Int {
        let site = try TaskSite(seed: seed)
        let key = try site.signUp()
        let session = try site.openSession(key)
        let before = site.host.store.attemptCount
        if let number { loseDisk(site, atWrite: number) }
        let answered = try site.start("echo once", session, key)?.json["workflowId"]?.string
        try endCommands(site, session)
        let writes = site.host.store.attemptCount - before
        if number != nil {
            try site.host.restart()
            // Longer than the pauses between a step's attempts.
            try site.host.advance(by: .seconds(50))
            try endCommands(site, session)
            try site.host.advance(by: .seconds(1))
        }
        let commands = try site.commands(session)
        #expect(commands.count <= 1, "write \(number ?? 0), seed \(seed)")
        if let answered { #expect(commands == ["\(answered)-command"], "write \(number ?? 0), seed \(seed)") }
        for command in commands {
            let status = try site.status(String(command.dropLast("-command".count)))
            #expect(status["status"] == "completed", "write \(number ?? 0), seed \(seed)")
            #expect(status["output"]?["output"] == "once\n", "write \(number ?? 0), seed \(seed)")
        }
        #expect(try site.credits(key) == 100 - commands.count, "write \(number ?? 0), seed \(seed)")
        return writes
    }

    private func endCommands(_ site: TaskSite, _ session: String) throws {
        for command in try site.commands(session) {
            try site.finish(String(command.dropLast("-command".count)), session, output: "once\n")
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `AG 165: a task's command is started and paid for once, whichever commit the host dies at`(seed: UInt64) throws
    {
        try sweep(seed)
    }

    @Test(arguments: 7...12 as ClosedRange<UInt64>)
    func `WF 174: credits are taken once, whichever commit the host dies at`(seed: UInt64) throws { try sweep(seed) }

    private func sweep(_ seed: UInt64) throws {
        let writes = try runTask(crashAtWrite: nil, seed: seed)
        #expect(writes > 5)
        for number in 1...writes { try runTask(crashAtWrite: number, seed: seed) }
    }

    @Test func `WF 172: a session has one container, whichever commit the host dies at while it is made`() throws {
        var (number, wasCut, repeated) = (1, true, 0)
        while wasCut {
            let site = try TaskSite()
            let key = try site.signUp()
            loseDisk(site, atWrite: number)
            let opened = try site.attempt("POST", "/api/orchestrator/session", key: key)
            wasCut = opened?.status != 200
            try site.host.restart()
            try site.host.advance(by: .seconds(50))
            let made = site.sandboxes.spawned
            #expect(made.count <= 1, "write \(number)")
            if made.first?.times ?? 0 > 1 { repeated += 1 }
            if let session = made.first?.id {
                let task = try site.started("true", session, key)
                try site.finish(task, session)
                #expect(try site.status(task)["status"] == "completed", "write \(number)")
                #expect(site.sandboxes.spawned.map(\.id) == [session], "write \(number)")
            }
            number += 1
        }
        #expect(number > 5 && repeated > 0)
    }

    @Test func `an address can be signed up or in, whichever commit of its sign-up the host dies at`() throws {
        var (number, wasCut) = (1, true)
        while wasCut {
            let site = try TaskSite()
            loseDisk(site, atWrite: number)
            let first = try site.attempt("POST", "/api/auth/sign-up/email", TaskSite.credentials("ada@example.org"))
            wasCut = first?.status != 200
            try site.host.restart()
            let again = try site.call("POST", "/api/auth/sign-up/email", TaskSite.credentials("ada@example.org"))
            let entry = try site.call("POST", "/api/auth/sign-in/email", TaskSite.credentials("ada@example.org"))
            #expect([200, 409].contains(again.status), "write \(number)")
            #expect(entry.status == 200, "write \(number)")
            #expect(try site.credits(entry.json["token"]?.string ?? "") == 100, "write \(number)")
            number += 1
        }
        #expect(number > 3)
    }
}
