/// The serial executor of an object's actor: what is isolated to the object runs on its cell.
///
/// The cell itself is the executor that the object's tasks prefer. The two are apart because a job that only prefers
/// the cell is run as not isolated, and so needs no second job to step out of the isolation it was never in.
///
/// Stepping into the isolation costs a job too, and stepping out again another, although neither changes the thread. A
/// method that is called through a stub is spared both: a cell that is about to run one names, to the first who asks for
/// the actor's executor, the executor that the task is on already. That is the method's own first step, since nothing
/// else comes between; the method then runs in a turn of the cell, alone, as it would have. Whoever asks next is given
/// the isolation: tasks that the method starts, and the method itself after it has waited.
package final class CellIsolation: SerialExecutor, @unchecked Sendable {
    // Safe because it is set once, before the cell is shared, and the cell owns this object.
    private unowned(unsafe) var owner: ObjectCell?

    func belongs(to cell: ObjectCell) { unsafe owner = cell }

    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        // Safe because whoever runs code of the object holds its cell.
        unsafe owner?.accept(.isolatedJob(unowned))
    }

    /// What stands for "not isolated": an executor without an identity, as the runtime's own `generic` one.
    static var none: UnownedSerialExecutor {
        // Safe because an executor reference is two words, and the runtime defines both zero as no particular executor; a
        // test holds that methods run in their object's turns.
        unsafe unsafeBitCast((UInt(0), UInt(0)), to: UnownedSerialExecutor.self)
    }

    package func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "Code of an object runs outside its executor.")
    }

    package func isIsolatingCurrentContext() -> Bool? {
        // Safe as above.
        unsafe owner?.isCurrent
    }
}

extension ObjectCell {
    /// What the object's actor names as its executor; see `CellIsolation`.
    var executorToEnter: UnownedSerialExecutor {
        if isCurrent, isEntering {
            isEntering = false
            return unsafe CellIsolation.none
        }
        // Safe because the cell owns the executor, and whoever asks holds the cell.
        return unsafe isolation.asUnownedSerialExecutor()
    }
}
