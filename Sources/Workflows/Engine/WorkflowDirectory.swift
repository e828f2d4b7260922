internal import DurableActors
internal import Locks
internal import Synchronization

/// The workflows of a host by their names, for children that tell their parents of their end.
final class WorkflowDirectory: Sendable {
    private let classes = Locks.Mutex<[String: WorkflowClass]>([:])
    private let draining = Atomic<Bool>(false)

    static func of(_ host: HostCore) -> WorkflowDirectory { host.part(WorkflowDirectory.self) { WorkflowDirectory() } }

    func add(_ workflow: WorkflowClass) {
        classes.withLock { $0[workflow.definition.name] = workflow }
    }

    /// Whether the host is about to end, so that no attempt begins any more.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func beginDraining() { draining.store(true, ordering: .relaxed) }

    func named(_ name: String) -> WorkflowClass? { classes.withLock { $0[name] } }

    var all: [WorkflowClass] { classes.withLock { Array($0.values) } }
}
