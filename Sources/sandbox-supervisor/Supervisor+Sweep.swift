import Glibc
import Sandbox

/// Finding and killing what jobs leave behind.
///
/// While this supervisor lives, every process of a job is below it in the tree, since it adopts orphans; only such
/// processes are ever signalled. A process that left its job's session and group and whose parents are gone can no
/// longer be told from those of other jobs; it is found by its user id once its sandbox has no other running job.
extension Supervisor {
    func sweep(_ job: RunningJob) {
        let isAlone = !jobs.values.contains { $0 !== job && $0.key.sandbox == job.key.sandbox }
        killAll { table in
            var victims = Set(table.members(ofJob: job.stored.leader, under: process))
            victims.formUnion(
                table.descendants(of: process).filter { victim in
                    job.remembered[victim].map { $0 == table.entries[victim]?.startTicks } ?? false
                }
            )
            if isAlone, let user = job.stored.user { victims.formUnion(owned(by: user, table)) }
            return victims
        }
    }

    /// Notes a job's processes before its leader, which ties them to it, may end.
    func remember(_ job: RunningJob) {
        let table = ProcessTable.now()
        for member in table.members(ofJob: job.stored.leader, under: process) {
            job.remembered[member] = table.entries[member]?.startTicks
        }
    }

    func sweep(user: UInt32) {
        killAll { Set(owned(by: user, $0)) }
    }

    private func owned(by user: UInt32, _ table: ProcessTable) -> [Int32] {
        table.descendants(of: process).filter { ProcessTable.user(of: $0) == user }
    }

    /// Kills until a look at the table finds nothing new; bounded, since processes may fork as fast as they are found.
    @discardableResult
    func killAll(_ victims: (ProcessTable) -> Set<Int32>) -> Set<Int32> {
        var killed: Set<Int32> = []
        for _ in 0..<64 {
            let found = victims(.now()).subtracting(killed)
            guard !found.isEmpty else { break }
            for process in found { _ = Glibc.kill(process, SIGKILL) }
            killed.formUnion(found)
        }
        return killed
    }
}
