internal import Synchronization

/// One attempt of a step or handler, as the code that it runs carries it along: steps called after its end have no
/// effect.
class AttemptScope: @unchecked Sendable {
    // Safe because its only member is atomic, and each subclass says why it may be shared.
    /// The attempt the current task works for; nil in `run` itself.
    @TaskLocal static var current: AttemptScope?

    private let ended = Atomic<Bool>(false)

    func end() { ended.store(true, ordering: .releasing) }

    /// Whether this attempt is over; a step called within it goes on by itself.
    var isOver: Bool { ended.load(ordering: .acquiring) }
}
