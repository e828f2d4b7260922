import Distributed
import DurableActors

/// Answers calls with what came, from wherever they come.
distributed actor Traveller: DurableObject {
    struct Env: Sendable {}

    struct Luggage: Codable, Sendable, Equatable {
        var text: String
        var bytes: [UInt8]
        var numbers: [String: Double?]
        var big: UInt64
    }

    struct Lost: Error, Codable, Equatable { var bag: Int }
    struct Stolen: Error, CustomStringConvertible { var description: String { "It is gone" } }

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func carry(_ luggage: Luggage, _ times: Int) -> [Luggage] { .init(repeating: luggage, count: times) }

    distributed func name() -> String? { ctx.id.name }

    distributed func store(_ value: Int) throws { try ctx.storage.kv.put("value", value) }

    distributed func stored() throws -> Int? { try ctx.storage.kv.get("value") }

    distributed func lose(_ bag: Int) throws { throw Lost(bag: bag) }

    distributed func steal() throws { throw Stolen() }

    distributed func overload() throws {
        throw DurableObjectError(.overloaded, "Too much", name: "RangeError", retryable: true, overloaded: true)
    }

    distributed func same<Value: Codable & Sendable & Equatable>(_ value: Value, _ other: Value) -> Bool {
        value == other
    }

    distributed func bytes(_ count: Int) -> [UInt8] { .init(repeating: 7, count: count) }

    /// Notes a number once what it was told before is durable; the order shows what came first.
    distributed func note(_ number: Int) throws {
        try ctx.storage.kv.put("notes", try notes() + [number])
    }

    distributed func notes() throws -> [Int] { try ctx.storage.kv.get("notes") ?? [] }

    distributed func storeAndAsk(_ other: Traveller, _ value: Int) async throws -> Int? {
        try store(value)
        return try await other.stored()
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        Response("\(request.method) \(request.url) \(try await request.text())", status: 201, headers: ["x-a": "b"])
    }
}
