internal import Distributed

extension ObjectCell {
    /// Delivers a request from outside to the object; the answer comes once what it wrote before is durable.
    package func fetch(_ request: Request) async throws -> Response {
        try await run(named: "fetch") { incarnation in try await Self.fetch(incarnation.object, request) }
    }

    /// Runs a closure inside the object as an event of its own and waits for its answer.
    package func run<Output: Sendable>(
        named name: String = "event",
        _ work: @escaping @Sendable (Incarnation) async throws -> Output
    ) async throws -> Output {
        try await CurrentObject.incarnation?.passOutputGate()
        return try await withCheckedThrowingContinuation { continuation in
            submit(ClosureEvent<Output>(named: name, work, answer: { continuation.resume(with: $0) }))
        }
    }

    private static func fetch<Object: DurableObject>(_ object: Object, _ request: Request) async throws -> Response {
        guard let response = try await object.whenLocal({ try await $0.fetch(request) }) else {
            preconditionFailure("An incarnation holds the object itself, never a stub.")
        }
        return response
    }
}
