import DurableActorsTestKit
import Testing
import Workflows

@testable import Examples

@Suite struct OrderSagaTests {
    /// A shop that notes what it is asked for, and refuses what it is told.
    private struct Scripted: Shop {
        let notes = Notes()
        let world = WorldBox()
        var hasCarrier = true
        var takesCards = true
        var isSlowToRefund = false

        func reserve(_ item: String, _ quantity: Int, for order: String) async throws {
            notes.note("reserve \(quantity) \(item) for \(order)")
        }

        func release(for order: String) async throws { notes.note("release for \(order)") }

        func charge(_ cents: Int, for order: String) async throws {
            notes.note("charge \(cents) for \(order)")
            if !takesCards { throw NonRetryableError("the card is declined") }
        }

        func refund(for order: String) async throws {
            if notes.note("refund for \(order)") == 1, isSlowToRefund { await world.sleep(milliseconds: 60_000) }
        }

        func ship(for order: String) async throws -> String {
            notes.note("ship for \(order)")
            if !hasCarrier { throw WorkflowError(name: "Error", "no carrier") }
            return "parcel 1"
        }
    }

    private static let order = Order(item: "lamp", quantity: 2, cents: 4998)
    private static let begun = ["reserve 2 lamp for o7", "charge 4998 for o7"]

    private func host(_ shop: Scripted) throws -> SimulatedHost<Workflow<OrderSaga>> {
        let host = try ExamplesTests.host(of: OrderSaga.self, shop)
        shop.world.set(host.world)
        try host.create("o7", Self.order)
        return host
    }

    @Test func `an order that goes well undoes nothing`() throws {
        let shop = Scripted()
        let host = try host(shop)
        #expect(shop.notes.all == Self.begun + ["ship for o7"])
        #expect(try host.status(of: "o7").output(as: String.self) == "parcel 1")
    }

    @Test func `a failure at shipping undoes charge and stock, the last first`() throws {
        let shop = Scripted(hasCarrier: false)
        let host = try host(shop)
        try host.advance(by: .seconds(3600))
        #expect(shop.notes.all == Self.begun + ["ship for o7", "ship for o7", "refund for o7", "release for o7"])
        let status = try host.status(of: "o7")
        #expect(status.status == .errored && status.error == WorkflowError(name: "Error", "no carrier"))
        #expect(status.rollback == .init(outcome: .complete, error: nil))
    }

    @Test func `a restart before the second attempt at shipping repeats nothing that was done`() throws {
        let shop = Scripted(hasCarrier: false)
        let host = try host(shop)
        try host.advance(by: .seconds(1800))
        try host.crash()
        #expect(shop.notes.all == Self.begun + ["ship for o7"])
        try host.advance(by: .seconds(1800))
        #expect(shop.notes.all == Self.begun + ["ship for o7", "ship for o7", "refund for o7", "release for o7"])
        #expect(try host.status(of: "o7").rollback == .init(outcome: .complete, error: nil))
    }

    @Test func `a restart during the refund asks for it again under the same order, and then releases the stock`()
        throws
    {
        let shop = Scripted(hasCarrier: false, isSlowToRefund: true)
        let host = try host(shop)
        try host.advance(by: .seconds(3601))
        let before = Self.begun + ["ship for o7", "ship for o7", "refund for o7"]
        #expect(shop.notes.all == before)
        try host.crash()
        #expect(shop.notes.all == before + ["refund for o7", "release for o7"])
        try host.advance(by: .seconds(3600))
        #expect(shop.notes.all == before + ["refund for o7", "release for o7"])
        #expect(try host.status(of: "o7").status == .errored)
    }

    @Test func `a declined card is not tried again and nothing is shipped`() throws {
        let shop = Scripted(takesCards: false)
        let host = try host(shop)
        #expect(shop.notes.all == Self.begun + ["refund for o7", "release for o7"])
        #expect(try host.status(of: "o7").error?.message == "the card is declined")
    }
}
