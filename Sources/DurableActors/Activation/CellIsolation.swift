/// The serial executor of an object's actor: what is isolated to the object runs on its cell.
///
/// The cell itself is the executor that the object's tasks prefer. The two are apart because a job that only prefers
/// the cell is run as not isolated, and so needs no second job to step out of the isolation it was never in.
final class CellIsolation: SerialExecutor, @unchecked Sendable {
    // Safe because it is set once, before the cell is shared, and the cell owns this object.
    private unowned(unsafe) var owner: ObjectCell?

    func belongs(to cell: ObjectCell) { unsafe owner = cell }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        // Safe because whoever runs code of the object holds its cell.
        unsafe owner?.accept(.isolatedJob(unowned))
    }

    func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "Code of an object runs outside its executor.")
    }

    func isIsolatingCurrentContext() -> Bool? {
        // Safe as above.
        unsafe owner?.isCurrent
    }
}
