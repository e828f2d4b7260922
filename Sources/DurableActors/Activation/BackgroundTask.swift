/// One piece of background work, and how much of it waits for a timer.
///
/// Isolation: confined to the object's cell.
final class BackgroundTask: @unchecked Sendable {
    // Safe because its member is confined to the cell, as said above.
    /// The background work that the current task is part of; nil outside of any.
    @TaskLocal static var current: BackgroundTask?

    private var sleeping = 0

    func fallsAsleep(in incarnation: Incarnation) {
        sleeping += 1
        guard sleeping == 1 else { return }
        incarnation.asleep += 1
        incarnation.tellIdleWaiters()
    }

    func wakes(in incarnation: Incarnation) {
        sleeping -= 1
        if sleeping == 0 { incarnation.asleep -= 1 }
    }
}
