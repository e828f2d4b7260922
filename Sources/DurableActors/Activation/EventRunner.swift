/// A task of an object that runs events, one after the other, and sleeps in between.
///
/// Each event must run in a task of its own, so that others can enter while it waits. A task costs more to make than a
/// short method costs to run, so the one that has just become free is kept for the next event: at most one an
/// incarnation, and only from its second event on, since many objects are called once. Everything that a task carries
/// and that an event can see (task-local values, priority, executor) is the same for all events of an incarnation.
///
/// Isolation: confined to the object's cell. The task prefers the cell as its executor, so every job of it runs there.
@safe final class EventRunner: @unchecked Sendable {
    // Safe because all members are confined to the cell, as said above.
    private let incarnation: Incarnation
    private(set) var event: ObjectEvent?
    private var sleep: UnsafeContinuation<Void, Never>?
    /// Its place among the runners that are running an event.
    fileprivate var next: EventRunner?
    fileprivate unowned(unsafe) var previous: EventRunner?

    private init(_ incarnation: Incarnation, _ event: ObjectEvent) {
        self.incarnation = incarnation
        self.event = event
    }

    /// Runs an event in the incarnation's sleeping runner, or in a new one.
    static func run(_ event: ObjectEvent, in incarnation: Incarnation) {
        if let runner = incarnation.sleepingRunner.take() {
            runner.event = event
            incarnation.running.insert(runner)
            runner.wake()
            return
        }
        let runner = EventRunner(incarnation, event)
        incarnation.running.insert(runner)
        Task.detached(executorPreference: incarnation.cell) {
            await CurrentObject.$incarnation.withValue(incarnation) { await runner.serve() }
        }
    }

    /// Lets a sleeping runner go on: to its event, or without one to its end.
    func wake() {
        let sleep = unsafe sleep.take()
        // Safe because a continuation is taken once, so resumed once.
        unsafe sleep?.resume()
    }

    private func serve() async {
        while let event {
            event.timed?.timing.markBegun()
            await event.run(in: incarnation)
            self.event = nil
            incarnation.running.remove(self)
            incarnation.eventEnded()
            guard incarnation.keep(self) else { return }
            unsafe await withUnsafeContinuation { unsafe sleep = $0 }
        }
    }
}

/// The runners that are running an event, in a list through themselves: O(1), without an allocation.
///
/// Confined to the object's cell.
struct RunningEvents {
    private var first: EventRunner?
    private(set) var count = 0

    mutating func insert(_ runner: EventRunner) {
        runner.next = first
        // Safe because a runner leaves the list before the list lets go of it, so a neighbour outlives the link to it.
        unsafe first?.previous = runner
        first = runner
        count += 1
    }

    mutating func remove(_ runner: EventRunner) {
        count -= 1
        let next = runner.next.take()
        // Safe because the neighbours are in the list, as above.
        let previous = unsafe runner.previous.take()
        unsafe next?.previous = previous
        if let previous { previous.next = next } else { first = next }
    }

    /// The events, the newest first.
    var events: [ObjectEvent] {
        var events: [ObjectEvent] = []
        var runner = first
        while let each = runner {
            if let event = each.event { events.append(event) }
            runner = each.next
        }
        return events
    }
}
