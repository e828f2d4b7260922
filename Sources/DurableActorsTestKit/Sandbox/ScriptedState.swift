import Sandbox

/// The processes of one scripted sandbox and those who wait for them; a value, changed under its owner's mutex.
struct ScriptedState {
    struct Process {
        var record: ProcessRecord
        var pieces: [(offset: Int, bytes: [UInt8], stream: ProcessStream)] = []
    }

    /// Something that is resumed when a condition on the state holds.
    struct Waiter {
        let id: Int
        let process: String
        /// The output offset to pass, or nil to wait for the start only.
        let offset: Int?
        let continuation: CheckedContinuation<Void, any Error>
    }

    var record: SandboxRecord?
    var processes: [String: Process] = [:]
    var order: [String] = []
    var signals: [String: [ProcessSignal]] = [:]
    var waiters: [Waiter] = []
    var ids = 0
    var spawns = 0

    /// What a reader at an offset gets next, or nil when it has to wait.
    func event(_ process: String, from offset: Int) -> ProcessEvent? {
        guard let found = processes[process] else { return nil }
        if let piece = found.pieces.first(where: { offset < $0.offset + $0.bytes.count }) {
            let skipped = max(0, offset - piece.offset)
            return .output(
                offset: piece.offset + skipped,
                bytes: Array(piece.bytes.dropFirst(skipped)),
                stream: piece.stream
            )
        }
        return found.record.status == .running ? nil : .exit(found.record)
    }

    /// Whether what a waiter waits for is there.
    func isReady(_ process: String, _ offset: Int?) -> Bool {
        guard let offset else { return processes[process] != nil }
        return processes[process] == nil || event(process, from: offset) != nil
    }

    /// Takes out the waiters whose condition now holds.
    mutating func takeReady() -> [Waiter] {
        let ready = waiters.filter { isReady($0.process, $0.offset) }
        waiters.removeAll { waiter in ready.contains { $0.id == waiter.id } }
        return ready
    }
}
