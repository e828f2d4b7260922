/// A task of an object that runs events, one after the other, and sleeps in between.
///
/// Each event must run in a task of its own, so that others can enter while it waits. A task costs more to make than a
/// short method costs to run, so the one that has just become free is kept for the next event: at most one an
/// incarnation, and only from its second event on, since many objects are called once. Everything that a task carries
/// and that an event can see (task-local values, priority, executor) is the same for all events of an incarnation.
///
/// Isolation: confined to the object's cell. The task prefers the cell as its executor, so every job of it runs there.
@safe final class EventRunner: SerialExecutor, @unchecked Sendable {
    // Safe because all members are confined to the cell, as said above.
    private let incarnation: Incarnation
    private(set) var event: ObjectEvent?
    /// Its task's next job while it sleeps.
    private var parked: UnownedJob?
    /// Where it sleeps; made when it first does.
    private var bed: Bed?
    /// Its place among the runners that are running an event.
    // Safe because a runner that runs an event is kept by its task, and leaves the list before it is let go.
    fileprivate unowned(unsafe) var next: EventRunner?
    fileprivate unowned(unsafe) var previous: EventRunner?

    private init(_ incarnation: Incarnation, _ event: ObjectEvent) {
        self.incarnation = incarnation
        self.event = event
    }

    /// Gives an event to the incarnation's sleeping runner, whose job is to be run at once, or to a new one.
    static func begin(_ event: ObjectEvent, in incarnation: Incarnation) -> UnownedJob? {
        if let runner = incarnation.sleepingRunner {
            incarnation.sleepingRunner = nil
            runner.event = event
            incarnation.begins(runner)
            return runner.takeJob()
        }
        let runner = EventRunner(incarnation, event)
        incarnation.begins(runner)
        Task.detached(executorPreference: incarnation.cell) {
            await CurrentObject.$incarnation.withValue(incarnation) { await runner.serve() }
        }
        return nil
    }

    /// Lets a sleeping runner end.
    func wake() { if let job = takeJob() { incarnation.cell.accept(.job(job)) } }

    private func takeJob() -> UnownedJob? {
        defer { parked = nil }
        return parked
    }

    /// Keeps the job of its task, which goes to bed.
    func enqueue(_ job: consuming ExecutorJob) { parked = UnownedJob(job) }

    @concurrent
    private func serve() async {
        while let event {
            event.timed?.timing.markBegun()
            if let call = event as? CallEvent {
                await call.perform(in: incarnation)
            } else {
                await event.run(in: incarnation)
            }
            guard endEvent() else { return }
            await bedMade().sleep()
        }
    }

    /// Ends the event; whether the task is kept for the next.
    @inline(never)
    private func endEvent() -> Bool {
        event = nil
        incarnation.ends(self)
        return incarnation.keep(self)
    }

    private func bedMade() -> Bed {
        if let bed { return bed }
        let made = Bed(self)
        bed = made
        return made
    }
}

/// Where a runner sleeps: to step into its isolation is to wait until somebody runs the job that the runner has kept.
///
/// That takes the runtime a third of what a continuation does.
@safe private actor Bed {
    // Safe because the runner, which it is, owns it, and lives while its task sleeps.
    nonisolated let unownedExecutor: UnownedSerialExecutor
    /// A step into an isolation where nothing is done would be left out.
    private var nights = 0

    init(_ runner: EventRunner) { unsafe unownedExecutor = unsafe runner.asUnownedSerialExecutor() }

    /// Comes back when the runner's job is run.
    func sleep() { nights &+= 1 }
}

/// The runners that are running an event, in a list through themselves: O(1), without an allocation.
///
/// Confined to the object's cell.
struct RunningEvents {
    // Safe as the links are.
    private unowned(unsafe) var first: EventRunner?
    private(set) var count = 0

    mutating func insert(_ runner: EventRunner) {
        // Safe because all of them are in the list.
        unsafe runner.next = first
        unsafe first?.previous = runner
        unsafe first = runner
        count += 1
    }

    mutating func remove(_ runner: EventRunner) {
        count -= 1
        // Safe because the neighbours are in the list.
        let (next, previous) = unsafe (runner.next, runner.previous)
        unsafe (runner.next, runner.previous) = (nil, nil)
        unsafe next?.previous = previous
        if let previous { unsafe previous.next = next } else { unsafe first = next }
    }

    /// The events, the newest first.
    var events: [ObjectEvent] {
        var events: [ObjectEvent] = []
        var runner = unsafe first
        while let each = runner {
            if let event = each.event { events.append(event) }
            runner = unsafe each.next
        }
        return events
    }
}
