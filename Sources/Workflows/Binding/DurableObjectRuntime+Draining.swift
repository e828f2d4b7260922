internal import Distributed
public import DurableActors

extension DurableObjectRuntime {
    /// Prepares workflows for an orderly end of the host: to be called before `shutdown`.
    ///
    /// From then on no attempt of a step begins. Those that run may end within the grace; one that does not is spent, as by
    /// a crash, but does not count among the crashes that fail a step. Returns when what became of them is durable. What
    /// was held goes on when a host starts again.
    public func drainWorkflows(grace: Duration) async {
        let directory = WorkflowDirectory.of(core)
        directory.beginDraining()
        let milliseconds = WorkflowDuration(grace).milliseconds ?? .max
        let log = core.log
        await withDiscardingTaskGroup { group in
            for cell in core.cells.all() {
                group.addTask {
                    do {
                        try await directory.engine(in: cell)?.drain(milliseconds)
                    } catch {
                        log.error("An instance cannot be drained: \(error)")
                    }
                }
            }
        }
    }
}

extension WorkflowDirectory {
    /// The instance whose object a cell is; nil for other objects.
    fileprivate func engine(in cell: ObjectCell) throws -> WorkflowEngine? {
        try all.first { $0.namespace.objectClass.number == cell.objectClass.number }?.namespace.get(cell.id)
    }
}
