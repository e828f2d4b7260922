import Distributed
import DurableActors
import DurableActorsTestKit
import Testing

@testable import TaskAgent

/// What an account keeps, in its tables and from before there were tables.
@Suite struct AccountTests {
    private static let powerCut = StorageError(.io, "The machine has lost its power.")

    @Test func `what an account kept as key-values is in its tables, exactly, and nowhere else`() throws {
        let old = try OldAccount(in: try TaskSite())
        #expect(try old.keys().count == 9)
        #expect(try old.call { try await $0.credits() }.result == 41)
        #expect(try old.tables() == old.expected)
        #expect(try old.keys() == [])
    }

    @Test func `a user from before there were tables signs in, spends and opens sockets as before`() throws {
        let site = try TaskSite()
        let old = try OldAccount(in: site)
        let entry = try site.call("POST", "/api/auth/sign-in/email", TaskSite.credentials("ada@example.org"))
        #expect(entry.json["user"]?["id"]?.string == OldAccount.userId)
        #expect(try site.credits(entry.json["token"]?.string ?? "") == 41)
        #expect(try site.credits(OldAccount.goodKey) == 41)
        #expect(try site.call("GET", "/api/account", key: OldAccount.expiredKey).error == "API key expired")
        let ticket = "/agents/task-agent/default?ticket=\(OldAccount.userId).\(OldAccount.ticket)"
        #expect(try site.socket(ticket).status == 101)
        #expect(try site.socket(ticket).status == 401)
        let session = try site.openSession(OldAccount.goodKey)
        try site.finish(try site.started("true", session, OldAccount.goodKey), session)
        #expect(try site.credits(OldAccount.goodKey) == 40)
        #expect(try old.call { try await $0.deduct(5, charge: "wf_1") }.result == 3)
        #expect(try site.credits(OldAccount.goodKey) == 40)
    }

    @Test func `the move is one commit: a crash comes before it or after it, and it is made once`() throws {
        let site = try TaskSite()
        let old = try OldAccount(in: site)
        let keys = try old.keys()
        for write in 1...1000 { site.host.store.failWrite(write, with: Self.powerCut) }
        #expect(throws: (any Error).self) { try old.call { try await $0.credits() } }
        try site.host.restart()
        #expect(try old.keys() == keys)
        #expect(try old.call { try await $0.credits() } == (41, 1))
        try site.host.restart()
        #expect(try old.tables() == old.expected)
        #expect(try old.keys() == [])
        #expect(try old.call { try await $0.credits() } == (41, 0))
        #expect(try old.call { try await $0.deduct(4, charge: "wf_3") } == (4, 1))
        try site.host.restart()
        #expect(try old.call { try await $0.credits() } == (37, 0))
        #expect(
            try old.tables()["charge"] == [
                ["wf_1", 3, 1000], ["wf_2", 0, 2000], ["wf_3", 4, .integer(old.later - 3_600_000)],
            ]
        )
    }

    @Test func `a user from before there were tables can sign in, whichever commit of it the host dies at`() throws {
        var (number, wasCut) = (0, true)
        while wasCut {
            number += 1
            let site = try TaskSite(seed: UInt64(number))
            let old = try OldAccount(in: site)
            for write in number..<number + 1000 { site.host.store.failWrite(write, with: Self.powerCut) }
            let credentials = TaskSite.credentials("ada@example.org")
            wasCut = try site.attempt("POST", "/api/auth/sign-in/email", credentials)?.status != 200
            try site.host.restart()
            let entry = try site.call("POST", "/api/auth/sign-in/email", credentials)
            #expect(try site.credits(entry.json["token"]?.string ?? "") == 41, "write \(number)")
            let tables = try old.tables()
            #expect(tables.filter { $0.key != "apikey" } == old.expected.filter { $0.key != "apikey" })
            #expect(
                tables["apikey"].map { Array($0.filter { $0[0] == "kid_1" || $0[0] == "kid_2" }) }
                    == old.expected["apikey"]
            )
            #expect(try old.keys() == [], "write \(number)")
        }
        // The move, the new token and its entry in the index.
        #expect(number > 3)
    }

    @Test func `an account that does not fit the tables stays as it was`() throws {
        let site = try TaskSite()
        let old = try OldAccount(in: site)
        let account = site.host.bindings.env.accounts.getByName(OldAccount.userId)
        try site.host.run {
            try await runInDurableObject(account) { _, state in
                try state.storage.kv.put("charge/wf_9", ["amount": -1, "at": 1])
            }
        }
        let keys = try old.keys()
        for _ in 1...2 {
            let refusal = #expect(throws: (any Error).self) { try old.call { try await $0.credits() } }
            #expect("\(try #require(refusal))".contains("CHECK constraint failed: amount >= 0"))
        }
        try site.host.restart()
        #expect(try old.keys() == keys)
        #expect(throws: (any Error).self) { try old.tables() }
    }

    @Test func `what is set aside from before there were tables is not to be had`() throws {
        let old = try OldAccount(in: try TaskSite(), credits: 2)
        let later = old.later
        #expect(try old.call { try await $0.reserve(charge: "wf_5", expiresAt: later) }.result)
        #expect(try old.call { try await !$0.reserve(charge: "wf_6", expiresAt: later) }.result)
        // One whose time was over is forgotten.
        #expect(try old.tables()["reservation"] == [["wf_3", .integer(later)], ["wf_5", .integer(later)]])
        #expect(try old.call { try await $0.deduct(2, charge: "wf_5") }.result == 1)
        #expect(try old.call { try await $0.deduct(2, charge: "wf_3") }.result == 1)
        #expect(try old.call { try await $0.credits() }.result == 0)
        #expect(try old.tables()["reservation"] == [])
    }

    @Test func `an account in debt from before there were tables has nothing to spend`() throws {
        let old = try OldAccount(in: try TaskSite(), credits: -3)
        let later = old.later
        #expect(try old.call { try await $0.credits() }.result == 0)
        #expect(try old.call { try await !$0.reserve(charge: "wf_5", expiresAt: later) }.result)
        #expect(try old.keys() == [])
    }

    @Test func `the tables refuse a second charge for a task and a balance below zero`() throws {
        let site = try TaskSite()
        let old = try OldAccount(in: site)
        #expect(try old.call { try await $0.deduct(1, charge: "wf_3") }.result == 1)
        let account = site.host.bindings.env.accounts.getByName(OldAccount.userId)
        for (statement, message) in [
            ("UPDATE user SET credits = -1", "CHECK constraint failed: credits >= 0"),
            ("INSERT INTO charge VALUES ('wf_3', 1, 0)", "UNIQUE constraint failed: charge.workflow_id"),
            ("INSERT INTO apikey VALUES ('kid_3', 'usr_other', NULL, '', 0, NULL)", "FOREIGN KEY constraint failed"),
        ] {
            let refusal = #expect(throws: SQLFailure.self) {
                try site.host.run {
                    try await runInDurableObject(account) { _, state in _ = try state.storage.sql.exec(statement) }
                }
            }
            #expect(refusal?.code == .constraint)
            #expect(refusal?.description.hasPrefix(message) == true)
        }
        #expect(try old.call { try await $0.credits() }.result == 40)
    }

    @Test func `asking about an account that was never opened keeps nothing of it`() throws {
        let site = try TaskSite()
        #expect(try site.socket("/agents/task-agent/default?ticket=usr_nobody.tkt_guess").status == 401)
        let env = site.host.bindings.env
        let account = env.accounts.getByName("usr_nobody")
        #expect(try site.host.run { try await account.profile() == nil })
        #expect(try site.host.run { try await account.key(hash: "") == nil })
        #expect(try site.host.run { try await account.credits() } == 0)
        #expect(throws: TaskAgentError.self) {
            try site.host.run { try await account.addTicket(hash: "", expiresAt: .max) }
        }
        #expect(try listDurableObjectIds(env.accounts).isEmpty)
    }

    @Test func `tables of a later version are left alone`() throws {
        let site = try TaskSite()
        let old = try OldAccount(in: site)
        let account = site.host.bindings.env.accounts.getByName(OldAccount.userId)
        try old.call { try await $0.credits() }
        try site.host.run {
            try await runInDurableObject(account) { _, state in
                _ = try state.storage.sql("UPDATE schema_version SET version = 2")
            }
        }
        try site.host.restart()
        let refusal = #expect(throws: TaskAgentError.self) { try old.call { try await $0.credits() } }
        #expect(refusal?.description == "Tables of version 2 are not known")
    }
}
