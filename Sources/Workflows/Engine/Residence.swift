internal import DurableActors

/// What keeps an instance awake: its slot among those that run, and the handler of its alarm, which lasts meanwhile.
///
/// Isolation: confined to the engine object's executor, but for the slot.
final class Residence: @unchecked Sendable {
    // Safe because all but the slot is used on the object's executor alone.
    let slot: Slot
    private var handlers: [CheckedContinuation<Void, Never>] = []
    /// Whether the alarm's handler lasts, so that the alarm is overdue on disk.
    private(set) var hasHandler = false

    init(_ table: SlotTable) { slot = Slot(table) }

    /// Notes that the alarm's handler is running.
    func enter() { hasHandler = true }

    /// Returns when the instance has nothing to do.
    func stay() async { await withCheckedContinuation { handlers.append($0) } }

    /// The instance has nothing to do: its alarm's handler may end.
    func leave() {
        hasHandler = false
        let waiting = handlers
        handlers = []
        for handler in waiting { handler.resume() }
    }
}
