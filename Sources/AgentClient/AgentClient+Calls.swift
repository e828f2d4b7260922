public import DurableActors

extension AgentClient {
    /// Calls a method of the agent and decodes its result.
    ///
    /// Throws `failed` with the agent's text, `timedOut`, `connectionClosed` when the connection ends before the answer,
    /// or `CancellationError` when the task is cancelled. In the last three cases the agent may have run the method: it
    /// is not told that nobody waits. A call that is given up before it was sent never is.
    ///
    /// `timeout` is nil for that of the options.
    public func call<each Argument: Encodable & Sendable, Result: Decodable & Sendable>(
        _ method: String,
        _ arguments: repeat each Argument,
        timeout: Duration? = nil,
        as type: Result.Type = Result.self
    ) async throws -> Result {
        let value = try await perform(method, encode(repeat each arguments), timeout)
        return try Self.decode(value ?? .null, type, "The result of \(method)")
    }

    /// Calls a method of the agent and passes over what it returns; throws as the other form does.
    public func call<each Argument: Encodable & Sendable>(
        _ method: String,
        _ arguments: repeat each Argument,
        timeout: Duration? = nil
    ) async throws {
        _ = try await perform(method, encode(repeat each arguments), timeout)
    }

    /// Calls a method that streams; the call is sent at once, its chunks are read from what this returns.
    ///
    /// There is no timeout unless one is given, which then is for the whole stream. The protocol cannot slow an agent
    /// down: chunks wait in memory for their reader, up to `maximumUnreadChunks`, and then the stream fails with
    /// `readerTooSlow`. When the reader leaves, what still comes is dropped; the agent is not told.
    public func stream<each Argument: Encodable & Sendable, Chunk: Decodable & Sendable>(
        _ method: String,
        _ arguments: repeat each Argument,
        timeout: Duration? = nil,
        of type: Chunk.Type = Chunk.self
    ) throws -> AgentStream<Chunk> {
        let id = transport.world.random.uuid()
        let arguments = try encode(repeat each arguments)
        let queue = ChunkQueue(maximum: options.maximumUnreadChunks)
        apply { core in
            core.callers[id] = { [weak self] outcome in
                switch outcome {
                case .chunk(let value):
                    if queue.add(value) { return }
                    self?.apply { $0.machine.abandon(id, AgentClientError.readerTooSlow(method: method)) }
                case .result(let value): queue.end(.success(value))
                case .failure(let error): queue.end(.failure(error))
                }
            }
            return core.machine.call(id, method, arguments, timeoutMilliseconds: Self.milliseconds(timeout))
        }
        return AgentStream(method, ChunkReader(queue) { [weak self] in self?.cancel(id) })
    }

    /// Sends a request to the agent that is not an upgrade: to its path, with a query of its own.
    ///
    /// Throws what the transport throws; it is not tried again.
    public func fetch(
        method: String = "GET",
        query: [(name: String, value: String?)] = [],
        headers: Headers = Headers(),
        body: Body? = nil
    ) async throws -> Response {
        try await agentFetch(
            options,
            transport: transport,
            method: method,
            query: query,
            headers: headers,
            body: body
        )
    }

    private func perform(_ method: String, _ arguments: [JSONValue], _ timeout: Duration?) async throws -> JSONValue? {
        let id = transport.world.random.uuid()
        let milliseconds = Self.milliseconds(timeout ?? options.callTimeout)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                apply { core in
                    core.callers[id] = { outcome in
                        switch outcome {
                        case .chunk: break
                        case .result(let value): continuation.resume(returning: value)
                        case .failure(let error): continuation.resume(throwing: error)
                        }
                    }
                    return core.machine.call(id, method, arguments, timeoutMilliseconds: milliseconds)
                }
                // The handler below may have run before there was a call to give up.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: String) { apply { $0.machine.abandon(id, CancellationError()) } }

    private func encode<each Argument: Encodable & Sendable>(
        _ arguments: repeat each Argument
    ) throws -> [JSONValue] {
        var values: [JSONValue] = []
        for argument in repeat each arguments { values.append(try JSONValue(encoding: argument)) }
        return values
    }

    static func decode<Value: Decodable>(_ value: JSONValue, _ type: Value.Type, _ what: String) throws -> Value {
        do {
            return try value.decode(type)
        } catch {
            throw AgentClientError.unexpectedValue("\(what) is not a \(type): \(error)")
        }
    }

    private static func milliseconds(_ duration: Duration?) -> Int64? {
        duration.map { $0.components.seconds * 1000 + $0.components.attoseconds / 1_000_000_000_000_000 }
    }
}

/// Sends a request to an agent that is not an upgrade, without a client.
///
/// The path is that of the options, without `_pk`; throws `invalidAddress`, or what the transport throws.
public func agentFetch(
    _ options: AgentClientOptions,
    transport: any AgentTransport,
    method: String = "GET",
    query: [(name: String, value: String?)] = [],
    headers: Headers = Headers(),
    body: Body? = nil
) async throws -> Response {
    let address = try AgentAddress(requestOf: options, query: query)
    var fields = options.headers
    for (name, value) in headers { fields.set(name, value) }
    return try await transport.fetch(
        Request(address.url(webSocket: false), method: method, headers: fields, body: body)
    )
}
