public import Sandbox
import Locks

/// Sandboxes in memory whose processes do what a test says, when it says it.
///
/// Nothing is executed. A test awaits the start of a process, writes its output and ends it through
/// ``ScriptedSandbox``; users of the sandbox see exactly that, in that order.
public final class ScriptedSandboxNamespace: SandboxNamespace {
    private let sandboxes = Mutex<[String: ScriptedSandbox]>([:])
    private let now: @Sendable () -> Int

    /// Makes a namespace whose records take their times, in milliseconds, from `now`.
    public init(now: @escaping @Sendable () -> Int = { 0 }) {
        self.now = now
    }

    /// The sandbox of the given name.
    public func get(_ id: String) -> any Sandbox {
        scripted(id)
    }

    /// The names of the sandboxes that exist, in order, and how often each was asked to.
    public var spawned: [(id: String, times: Int)] {
        sandboxes.withLock { Array($0.values) }.compactMap { sandbox in
            let times = sandbox.state.withLock { $0.record == nil ? 0 : $0.spawns }
            return times > 0 ? (sandbox.id, times) : nil
        }.sorted { $0.id < $1.id }
    }

    /// The sandbox of the given name, with the controls of a test.
    public func scripted(_ id: String) -> ScriptedSandbox {
        sandboxes.withLock { all in
            let sandbox = all[id] ?? ScriptedSandbox(id: id, now: now)
            all[id] = sandbox
            return sandbox
        }
    }
}
