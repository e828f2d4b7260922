import Distributed
@testable import DurableActors
import DurableActorsTestKit
import Testing

/// Methods of every shape, for the two ways of calling them.
distributed actor Shapes: DurableObject {
    let ctx: DurableObjectState
    let env: NoEnvironment

    init(ctx: DurableObjectState, env: NoEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    struct Point: Codable, Sendable, Equatable {
        var x: Double
        var label: String?
    }

    distributed func nothing() async throws {}
    distributed func text(_ left: String, _ right: String?) async throws -> String { left + (right ?? "nil") }
    distributed func point(_ point: Point, scaledBy factor: Double) async throws -> Point? {
        factor == 0 ? nil : Point(x: point.x * factor, label: point.label)
    }
    distributed func many(_ values: [Int], _ flag: Bool, _ byte: UInt8) async throws -> [Int: String] {
        flag ? Dictionary(uniqueKeysWithValues: values.map { ($0, "\(byte)") }) : [:]
    }
    distributed func fail(_ text: String) async throws -> Int { throw ShapeError(text: text) }
    distributed func quick(_ number: Int) -> Int { number + 1 }
}

struct ShapeError: Error, Equatable, Codable {
    let text: String
}

@Suite struct StubCallTests {
    /// Calls one object both ways: typed, and as the standard library calls a target by its name.
    private func both<Object: DurableObject, Result: Sendable & Equatable>(
        _ type: Object.Type,
        _ call: @escaping @Sendable (Object) async throws -> Result
    ) throws -> (typed: Result, general: Result) where Object.Env == NoEnvironment {
        let host = try simulatedHost(Object.self)
        return try host.run {
            let typed = host.bindings.getByName("one")
            let system = DurableActorSystem(host: host.runtime.core, callsGenerally: true)
            let general = try Object.resolve(id: typed.id, using: system)
            return (try await call(typed), try await call(general))
        }
    }

    @Test func `typed and general calls give the same results for every shape of method`() throws {
        let text = try both(Shapes.self) { try await $0.text("a", nil) }
        #expect(text.typed == "anil" && text.general == "anil")
        let point = try both(Shapes.self) { try await $0.point(.init(x: 2, label: "p"), scaledBy: 3) }
        #expect(point.typed == Shapes.Point(x: 6, label: "p") && point.general == point.typed)
        let none = try both(Shapes.self) { try await $0.point(.init(x: 2, label: nil), scaledBy: 0) }
        #expect(none.typed == nil && none.general == .some(nil))
        let many = try both(Shapes.self) { try await $0.many([1, 2], true, 7) }
        #expect(many.typed == [1: "7", 2: "7"] && many.general == many.typed)
        let quick = try both(Shapes.self) { try await $0.quick(41) }
        #expect(quick.typed == 42 && quick.general == 42)
        let nothing = try both(Shapes.self) { object in
            try await object.nothing()
            return true
        }
        #expect(nothing.typed && nothing.general)
    }

    @Test func `typed and general calls throw the method's own error`() throws {
        let (typed, general) = try both(Shapes.self) { object in
            do {
                return try await object.fail("why").description
            } catch let error as ShapeError {
                return "threw \(error.text)"
            }
        }
        #expect(typed == "threw why" && general == "threw why")
    }

    @Test func `a generic method takes what its caller gives`() throws {
        let host = try simulatedHost(Counter.self)
        let (number, list) = try host.run {
            let stub = host.bindings.getByName("one")
            return (try await stub.echo(5), try await stub.echo(["a", "b"]))
        }
        #expect(number == 5)
        #expect(list == ["a", "b"])
    }

    @Test func `a request reaches the class's own fetch through a stub known only as a durable object`() throws {
        let host = try simulatedHost(Greeter.self)
        let (known, unknown) = try host.run {
            let stub = host.bindings.getByName("one")
            return (try await stub.fetch(Request("http://x/a")).text(), try await fetchText(stub, "http://x/b"))
        }
        #expect(known == "GET /a")
        #expect(unknown == "GET /b")
    }

    @Test func `a class without fetch answers a request with the error of Durable Objects`() throws {
        let host = try simulatedHost(Counter.self)
        let message = try host.run {
            do {
                return try await fetchText(host.bindings.getByName("one"), "http://x/")
            } catch let error as DurableObjectError {
                return "\(error.name): \(error.message)"
            }
        }
        #expect(message == "Error: Handler does not export a fetch() function.")
    }

    @Test func `first calls that come together make one instance and run in the order they came`() throws {
        let host = try simulatedHost(Counter.self, order: .arrival)
        let totals = try host.run {
            try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for number in 0..<20 {
                    group.addTask { (number, try await host.bindings.getByName("one").increment(by: 1)) }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1.0] = $1.1 }
            }
        }
        #expect(totals == Dictionary(uniqueKeysWithValues: (0..<20).map { ($0, $0 + 1) }))
    }

    @Test func `an argument of the wrong type is refused`() throws {
        var invocation = Invocation()
        try invocation.recordArgument(RemoteCallArgument(label: nil, name: "n", value: "text"))
        let error = #expect(throws: DurableObjectError.self) {
            let _: Int = try invocation.decodeNextArgument()
        }
        #expect(error?.message == "Argument 0 of the call is not a Int.")
    }

    @Test func `a class is registered once under a binding and a unique key`() throws {
        let world = SimulatedWorld(seed: 1)
        let runtime = try DurableObjectRuntime(world: world.world, store: MemoryStore())
        _ = try runtime.register(Counter.self, binding: "A", uniqueKey: "a")
        #expect(throws: DurableObjectError.self) {
            try runtime.register(Counter.self, binding: "A", uniqueKey: "b")
        }
        #expect(throws: DurableObjectError.self) {
            try runtime.register(Counter.self, binding: "B", uniqueKey: "a")
        }
        #expect(try runtime.register(Counter.self, binding: "C", uniqueKey: "c").bindingName == "C")
    }

    @Test func `a class that is given another environment than it wants says so`() throws {
        let world = SimulatedWorld(seed: 1)
        let runtime = try DurableObjectRuntime(world: world.world, store: MemoryStore())
        let counters = try runtime.register(Counter.self, binding: "A", uniqueKey: "a")
        try runtime.start(environment: "not the environment")
        let error = #expect(throws: DurableObjectError.self) {
            try world.run { try await counters.getByName("one").total() }
        }
        #expect(
            error?.message == "Counter wants an environment of type NoEnvironment and was given another."
        )
    }
}

/// Answers requests with their method and path.
distributed actor Greeter: DurableObject {
    let ctx: DurableObjectState
    let env: NoEnvironment

    init(ctx: DurableObjectState, env: NoEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        Response("\(request.method) \(request.url.pathname)")
    }
}

@concurrent
private func fetchText(_ stub: some DurableObject, _ url: String) async throws -> String {
    try await stub.fetch(Request(url)).text()
}
