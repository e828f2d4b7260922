internal import Distributed
public import DurableActors

extension Agent {
    /// Has a method called as soon as those queued before it have been; returns the item's id at once.
    ///
    /// The method is one of `callbacks` or `callables`; it is given the payload, and the row as a second argument. An item
    /// leaves the queue when its method has succeeded or was tried as often as it may be. What a life of the agent leaves
    /// behind waits for the next item. Throws for a method that is not listed and options that make no sense.
    @discardableResult
    public func queue(
        _ callback: String,
        _ payload: (some Encodable & Sendable)? = JSONValue?.none,
        retry: RetryOptions? = nil
    ) async throws -> String {
        try checkCallback(callback, retry)
        try prepareTables()
        let id = ctx.random.token(9)
        let text = try payload.map { try JSON.stringify($0) }
        let options = try retry.map { try JSON.stringify($0) }
        try sql(
            """
            INSERT INTO cf_agents_queues (id, payload, callback, created_at, retry_options) \
            VALUES (\(id), \(text), \(callback), \(ctx.now / 1000), \(options))
            """
        )
        emit("queue:create", ["callback": .string(callback), "id": .string(id)])
        if !core.isDraining { startDraining() }
        return id
    }

    /// Removes an item; one that is about to run does so all the same.
    public func dequeue(_ id: String) throws {
        try prepareTables()
        try sql("DELETE FROM cf_agents_queues WHERE id = \(id)")
    }

    /// Removes every item.
    public func dequeueAll() throws {
        try prepareTables()
        try sql("DELETE FROM cf_agents_queues")
    }

    /// Removes every item of a method.
    public func dequeueAllByCallback(_ callback: String) throws {
        try prepareTables()
        try sql("DELETE FROM cf_agents_queues WHERE callback = \(callback)")
    }

    /// The item with an id; nil when there is none.
    public func getQueue(_ id: String) throws -> QueueItem? {
        try prepareTables()
        return try sql("SELECT * FROM cf_agents_queues WHERE id = \(id)", as: QueueRow.self).first?.item()
    }

    /// The items whose payload has a member of this value; throws when a payload is null.
    public func getQueues(_ key: String, _ value: JSONValue) throws -> [QueueItem] {
        try prepareTables()
        return try queued().map { try $0.item() }.filter { item in
            if item.payload.isNull {
                throw DurableObjectError.typeError("Cannot read properties of null (reading '\(key)')")
            }
            return item.payload[key] == value
        }
    }

    private func queued() throws -> [QueueRow] {
        try sql("SELECT * FROM cf_agents_queues ORDER BY created_at ASC, rowid ASC", as: QueueRow.self)
    }

    /// Empties the queue in the background, on behalf of whoever set it going.
    private func startDraining() {
        core.isDraining = true
        let current = CurrentAgent.current
        ctx.waitUntil { [self] in
            _ = try await whenLocal { agent in
                defer { agent.core.isDraining = false }
                try await CurrentAgent.$current.withValue(current) { try await agent.drain() }
            }
        }
    }

    private func drain() async throws {
        while !core.isDestroyed {
            let rows = try queued()
            guard !rows.isEmpty else { return }
            for row in rows {
                await execute(row)
                try ctx.incarnation.check()
                if core.isDestroyed { return }
                try dequeue(row.id)
            }
        }
    }

    private func execute(_ row: QueueRow) async {
        guard let callback = callback(row.callback) else { return log.error("callback \(row.callback) not found") }
        let (arguments, policy): ([JSONValue], RetryPolicy)
        do {
            arguments = [try row.value(), try JSONValue(encoding: row)]
            policy = try RetryPolicy(row.retry(), defaults: Self.options.retry)
        } catch {
            return await failed("queue", row.event, error, attempts: 0)
        }
        do {
            try await attempt(callback, arguments, policy, "queue", row.event)
        } catch {
            if ctx.incarnation.death != nil { return }
            await failed("queue", row.event, error, attempts: Int64(policy.maxAttempts))
        }
    }
}
