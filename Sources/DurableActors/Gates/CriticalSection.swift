/// One run of `blockConcurrencyWhile`, of a transaction or of an object's start: what runs in it, and what that started.
///
/// A task knows its section by a task-local value, which child tasks inherit; a task of an ended section belongs to the
/// nearest section around it that has not ended.
package final class CriticalSection: Sendable {
    /// The section of the current task; nil outside of all.
    @TaskLocal package static var current: CriticalSection?

    package let parent: CriticalSection?
    /// How many sections it is inside of, itself included.
    package let depth: Int

    package init(inside parent: CriticalSection?) {
        self.parent = parent
        depth = (parent?.depth ?? 0) + 1
    }
}
