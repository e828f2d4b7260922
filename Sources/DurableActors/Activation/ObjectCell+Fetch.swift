internal import Distributed

extension ObjectCell {
    /// Whether the object is served in this process, as far as is known without asking.
    package var isHere: Bool { host.forwarder?.isOpen(id.shard) ?? true }

    /// Does something by an event of this process where the object is here; else, or where it left before that began, by a
    /// call.
    package func here<Output>(
        _ event: () async throws -> Output,
        elsewhere call: () async throws -> Output
    ) async throws -> Output {
        guard isHere else { return try await call() }
        do {
            return try await event()
        } catch let error as DurableObjectError where error.code == .elsewhere && !isHere {
            return try await call()
        }
    }

    /// Delivers a request from outside to the object; the answer comes once what it wrote before is durable.
    package func fetch(_ request: Request) async throws -> Response {
        try await run(named: "fetch") { incarnation in try await Self.fetch(incarnation.object, request) }
    }

    /// Runs a closure inside the object as an event of its own and waits for its answer.
    package func run<Output: Sendable>(
        named name: String = "event",
        _ work: @escaping @Sendable (Incarnation) async throws -> Output
    ) async throws -> Output {
        let origin = CurrentObject.incarnation
        let outcome = await withCheckedContinuation { continuation in
            let event = ClosureEvent<Output>(named: name, work, answer: { continuation.resume(returning: $0) })
            if let origin { origin.send(event, to: self) } else { submit(event) }
        }
        await origin?.cell.passInputGate()
        return try outcome.get()
    }

    private static func fetch<Object: DurableObject>(_ object: Object, _ request: Request) async throws -> Response {
        guard let response = try await object.whenLocal({ try await $0.fetch(request) }) else {
            preconditionFailure("An incarnation holds the object itself, never a stub.")
        }
        return response
    }
}
