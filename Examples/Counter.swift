import Distributed
import DurableActors

/// A number that is changed by a request's path or by a call.
///
/// Reading, adding and writing are one turn, so no two changes can lose each other. Durability: an answer leaves once its
/// number is on disk.
distributed actor Counter: DurableObject {
    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: NoEnv) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func value() async throws -> Int { try await ctx.storage.get("value") ?? 0 }

    distributed func increment(by amount: Int = 1) async throws -> Int {
        try await keep(value().addingReportingOverflow(amount))
    }

    distributed func decrement(by amount: Int = 1) async throws -> Int {
        try await keep(value().subtractingReportingOverflow(amount))
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        switch request.url.pathname {
        case "/": Response("\(try await value())")
        case "/increment": Response("\(try await increment())")
        case "/decrement": Response("\(try await decrement())")
        default: Response("Not found", status: 404)
        }
    }

    private func keep(_ sum: (partialValue: Int, overflow: Bool)) async throws -> Int {
        guard !sum.overflow else {
            throw DurableObjectError(.invalidArgument, "The counter cannot count that far.", name: "RangeError")
        }
        try await ctx.storage.put("value", sum.partialValue)
        return sum.partialValue
    }
}

/// The door: `/increment?name=a` goes to the counter of that name.
struct CounterDoor: Sendable {
    let counters: DurableObjectNamespace<Counter>

    func fetch(_ request: Request) async throws -> Response {
        guard let name = request.url.searchParameter("name"), !name.isEmpty else {
            return Response("Say which counter: ?name=…", status: 400)
        }
        return try await counters.getByName(name).fetch(request)
    }
}
