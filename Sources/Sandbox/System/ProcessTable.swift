import Glibc

/// The processes of this machine at one moment, as /proc shows them.
package struct ProcessTable: Sendable {
    package struct Entry: Sendable, Equatable {
        package var process: Int32
        package var isZombie: Bool
        package var parent: Int32
        package var group: Int32
        package var session: Int32
        /// When the process started, in clock ticks since the machine did; tells apart uses of one process id.
        package var startTicks: Int

        /// Reads a line of /proc/N/stat; the program's name in it may hold anything, even parentheses.
        package init?(stat: [UInt8]) {
            guard let nameEnd = stat.lastIndex(of: UInt8(ascii: ")")) else { return nil }
            let head = String(decoding: stat.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
            let fields = String(decoding: stat[(nameEnd + 1)...], as: UTF8.self).split(separator: " ")
            guard fields.count > 19, let process = Int32(head), let parent = Int32(fields[1]),
                let group = Int32(fields[2]), let session = Int32(fields[3]), let startTicks = Int(fields[19])
            else { return nil }
            self.process = process
            self.isZombie = fields[0] == "Z" || fields[0] == "X"
            self.parent = parent
            self.group = group
            self.session = session
            self.startTicks = startTicks
        }
    }

    package let entries: [Int32: Entry]

    package init(_ entries: [Entry]) {
        self.entries = Dictionary(entries.map { ($0.process, $0) }) { first, _ in first }
    }

    /// The processes there are now.
    package static func now() -> ProcessTable {
        ProcessTable(FileTree.names(in: "/proc").compactMap { Int32($0) }.compactMap(entry))
    }

    /// One process, or nil when there is none of that id.
    package static func entry(_ process: Int32) -> Entry? {
        FileTree.content("/proc/\(process)/stat").flatMap(Entry.init(stat:))
    }

    /// The real user id of a process, or nil when it has gone.
    package static func user(of process: Int32) -> UInt32? {
        guard let status = FileTree.content("/proc/\(process)/status") else { return nil }
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("Uid:") }
        return line?.split(separator: "\t").dropFirst().first.flatMap { UInt32($0) }
    }

    /// The processes above this one, nearest first.
    package func ancestors(of process: Int32) -> [Entry] {
        var result: [Entry] = []
        var next = entries[process]?.parent
        while let parent = next, parent > 0, let entry = entries[parent], result.count < entries.count {
            result.append(entry)
            next = entry.parent
        }
        return result
    }

    /// The living processes below the supervisor that belong to a job: of its session or group, or its descendants.
    package func members(ofJob leader: Int32, under supervisor: Int32) -> [Int32] {
        living { entry in
            let ancestors = ancestors(of: entry.process)
            guard ancestors.contains(where: { $0.process == supervisor }) else { return false }
            return belongs(entry, to: leader) || ancestors.contains { $0.process == leader }
        }
    }

    /// The living processes below the supervisor, whatever job started them.
    package func descendants(of supervisor: Int32) -> [Int32] {
        living { entry in ancestors(of: entry.process).contains { $0.process == supervisor } }
    }

    /// The living processes for which a condition holds, by process id.
    package func living(where condition: (Entry) -> Bool) -> [Int32] {
        entries.values.filter { !$0.isZombie && condition($0) }.map(\.process).sorted()
    }

    /// Whether a process is in the session or the group that a job's leader began.
    package func belongs(_ entry: Entry, to leader: Int32) -> Bool {
        entry.process == leader || entry.group == leader || entry.session == leader
    }
}
