/// What is asked of the task that runs, in one question.
struct RunningTask {
    /// Names the task while it lives; 0 outside of any.
    private(set) var number: UInt = 0
    private(set) var isCancelled = false

    static var current: RunningTask {
        var found = RunningTask()
        // Safe because a task is one word, its address; the numbers are compared and nothing else.
        unsafe withUnsafeCurrentTask { task in
            guard let task = unsafe task else { return }
            found.number = unsafe unsafeBitCast(task, to: UInt.self)
            found.isCancelled = unsafe task.isCancelled
        }
        return found
    }
}
