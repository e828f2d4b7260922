import Workflows

/// What is ordered.
struct Order: Codable, Sendable {
    let item: String
    let quantity: Int
    let cents: Int
}

/// What an order needs of others; each call does its work once for one order, however often it is made.
protocol Shop: Sendable {
    func reserve(_ item: String, _ quantity: Int, for order: String) async throws
    func release(for order: String) async throws
    func charge(_ cents: Int, for order: String) async throws
    func refund(for order: String) async throws
    /// The parcel's number.
    func ship(for order: String) async throws -> String
}

/// Stock, card, parcel: what fails undoes what was done before it, the last first.
///
/// A charge that failed may have been made all the same, so it is refunded too: an order without one has nothing to give back.
struct OrderSaga: WorkflowEntrypoint {
    let env: any Shop

    init(ctx: WorkflowContext, env: any Shop) { self.env = env }

    func run(_ event: WorkflowEvent<Order>, _ step: WorkflowStep) async throws -> String {
        let (order, id) = (event.payload, event.instanceId)
        try await step.do("reserve stock") { _ in
            try await env.reserve(order.item, order.quantity, for: id)
        } rollback: { _ in
            try await env.release(for: id)
        }
        try await step.do("charge card") { _ in
            try await env.charge(order.cents, for: id)
        } rollback: { _ in
            try await env.refund(for: id)
        }
        let twice = StepConfig(retries: .init(limit: 1, delay: "1 hour"))
        return try await step.do("ship", twice) { _ in try await env.ship(for: id) }
    }
}
