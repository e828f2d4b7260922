import DurableActorsTestKit
import Testing
import Workflows

@testable import Examples

@Suite struct HumanApprovalTests {
    private let notes = Notes()

    private func host() throws -> SimulatedHost<Workflow<HumanApproval>> {
        let host = try ExamplesTests.host(of: HumanApproval.self) { [notes] in
            notes.note("\($0.approver): \($0.title)? \($1)")
        }
        try host.create("p1", Proposal(title: "a sofa", approver: "ada"))
        return host
    }

    private func answer(_ host: SimulatedHost<Workflow<HumanApproval>>, _ approval: some Codable & Sendable) throws {
        let workflow = host.bindings
        try host.run("answer", advancesTime: false) {
            try await workflow.get("p1").sendEvent(type: "approval", payload: approval)
        }
        try host.settle()
    }

    private func decision(_ host: SimulatedHost<Workflow<HumanApproval>>) throws -> Decision? {
        try host.status(of: "p1").output(as: Decision.self)
    }

    @Test func `an answer in the last millisecond of the day counts, after a restart too`() throws {
        let host = try host()
        try host.advance(by: .milliseconds(86_399_999))
        try host.crash()
        #expect(try decision(host) == nil)
        try answer(host, Approval(approved: true))
        #expect(try decision(host) == Decision(verdict: .approved))
        #expect(notes.all == ["ada: a sofa? p1"])
    }

    @Test func `a rejection tells why, and a second answer is refused`() throws {
        let host = try host()
        try answer(host, Approval(approved: false, comment: "too red"))
        #expect(try decision(host) == Decision(verdict: .rejected, comment: "too red"))
        #expect(throws: WorkflowError.cannotSendEvent) { try answer(host, Approval(approved: true)) }
    }

    @Test func `an answer that is none fails the instance`() throws {
        let host = try host()
        try answer(host, "yes")
        #expect(try host.status(of: "p1").error?.name == "WorkflowFatalError")
    }

    @Test func `no answer is a decision after exactly a day`() throws {
        let host = try host()
        try host.advance(by: .milliseconds(86_399_999))
        #expect(try host.status(of: "p1").status == .waiting)
        try host.advance(by: .milliseconds(1))
        #expect(try decision(host) == Decision(verdict: .timedOut))
    }
}
