internal import DurableActors

/// A handle on one instance of a workflow; it keeps nothing in memory.
///
/// Control calls return once what they did is durable, and every later `status` shows it or what followed.
public struct WorkflowInstance: Sendable {
    /// The instance's id.
    public let id: String
    let workflow: WorkflowClass

    init(id: String, workflow: WorkflowClass) {
        self.id = id
        self.workflow = workflow
    }

    private var engine: WorkflowEngine { workflow.engine(id) }

    /// Where the instance stands, read from what is durable.
    public func status() async throws -> InstanceStatus {
        InstanceStatus(try await engine.status(), workflow.definition.newest)
    }

    /// Sends an event to the instance; returns once it is durable, whoever takes it when.
    ///
    /// - Parameters:
    ///   - type: Up to 100 letters, digits, `_` and `-`.
    ///   - payload: What the wait gets, at most 1 MiB encoded.
    /// - Throws: `WorkflowError.instanceNotFound`, `.cannotSendEvent` after the instance's end, `.invalidEventType`.
    public func sendEvent(type: String, payload: some Codable & Sendable = NoValue()) async throws {
        guard WorkflowNames.isEventType(type) else { throw WorkflowError.invalidEventType }
        let bytes = try EventPayload.encode(payload)
        guard bytes.count - 1 <= workflow.definition.limits.valueBytes else {
            throw WorkflowError(
                "The payload of the event is larger than \(workflow.definition.limits.valueBytes) bytes"
            )
        }
        try await engine.sendEvent(type, bytes)
    }

    /// Pauses the instance: at once when no attempt runs, else once those that run have ended.
    ///
    /// No effect on one that is queued, paused, rolls back or has ended.
    public func pause() async throws { try await engine.pause() }

    /// Lets a paused instance go on, with what was left of its sleeps and waits; takes back a pause that has not begun.
    ///
    /// No effect on others.
    public func resume() async throws { try await engine.resume() }

    /// Ends the instance at once, without asking its code; throws `WorkflowError.cannotTerminate` after its end.
    ///
    /// With `rollback` the steps that started are rolled back first, and the status is `running` meanwhile.
    public func terminate(rollback: Bool = false) async throws { try await engine.terminate(rollback) }

    /// Begins the instance anew with the same parameters, whatever became of it; its events are dropped.
    public func restart() async throws { try await engine.restart(nil) }

    /// Begins the instance anew from a step on: that step and all that started after it are forgotten.
    ///
    /// - Parameters:
    ///   - name: The step's name.
    ///   - count: Which of the steps with that name and type, in the order of their starts.
    ///   - type: What kind of step it is.
    /// - Throws: `WorkflowError.cannotRestart(from:)` when no such step has started; nothing changes then.
    public func restart(from name: String, count: Int = 1, type: RestartStepType = .do) async throws {
        try await engine.restart(RestartPoint(name: name, count: count, type: type))
    }

    /// Removes the instance with all it keeps; its code is stopped, and nothing is rolled back.
    ///
    /// When the instance does this itself, nothing after the call has an effect.
    public func delete() async throws { try await workflow.delete(id) }

    /// What the instance has published under a name with `WorkflowStep.publish`; beyond the original.
    ///
    /// No code of the instance is run for it.
    public func query<Value: Decodable & Sendable>(
        _ name: String,
        as type: Value.Type = Value.self
    ) async throws
        -> Value?
    {
        try await engine.published(name).map { try ValueCodec.decode(type, from: $0) }
    }

    /// All that is stored of the instance's steps, to be replayed against other code; beyond the original.
    public func history() async throws -> WorkflowHistory { try await engine.history() }

    /// What happens to the instance, in order, each once: what is kept already, then what comes, until the end.
    ///
    /// - Parameters:
    ///   - cursor: The `eventId` of the last event that is known; 0 for all.
    ///   - filter: Which events are told; nil for all. The end of the instance ends the sequence even where it is not.
    /// - Returns: A sequence that begins to read when it is iterated.
    public func subscribe(
        cursor: Int64 = 0,
        filter: Set<WorkflowInstanceEvent.Name>? = nil
    ) -> WorkflowInstanceEvents {
        WorkflowInstanceEvents(cursor: cursor, filter: filter) { [engine] in try await engine.events($0) }
    }
}

/// What kind of step a restart begins from.
public enum RestartStepType: String, Codable, Sendable, Hashable {
    /// A `do`.
    case `do`
    /// A `sleep` or `sleepUntil`.
    case sleep
    /// A `waitForEvent`.
    case waitForEvent
}

/// What happens to an instance, read page by page.
///
/// It ends with the instance, also when it is deleted. A reader that comes back with the last `eventId` it had misses
/// nothing.
public struct WorkflowInstanceEvents: AsyncSequence, Sendable {
    /// One thing that happened.
    public typealias Element = WorkflowInstanceEvent

    let cursor: Int64
    let filter: Set<WorkflowInstanceEvent.Name>?
    let read: @Sendable (Int64) async throws -> EventPage

    /// The reader's place.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        let events: WorkflowInstanceEvents
        var cursor: Int64
        var page: [WorkflowInstanceEvent] = []
        var isOver = false
        var failures = 0

        /// The next event; nil after the end of the instance.
        public mutating func next() async throws -> WorkflowInstanceEvent? {
            while true {
                while !page.isEmpty {
                    let event = page.removeFirst()
                    cursor = event.eventId
                    // Entries of a life before a restart may be followed by those of the next.
                    isOver = event.name.isTerminal && page.isEmpty
                    if events.filter?.contains(event.name) ?? true { return event }
                }
                if isOver || Task.isCancelled { return nil }
                do {
                    let next = try await events.read(cursor)
                    (page, isOver, failures) = (next.events, next.isLast, 0)
                } catch WorkflowError.instanceNotFound {
                    return nil
                } catch let error as DurableObjectError where error.durableObjectReset && failures < 3 {
                    // The object was reset or deleted; what it is now tells the next look.
                    failures += 1
                }
            }
        }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(events: self, cursor: cursor) }
}
