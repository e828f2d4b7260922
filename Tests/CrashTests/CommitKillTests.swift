import Foundation
import Testing

/// A process on LMDB that kills itself at each commit in turn, before and after it is durable, and its successor.
@Suite(.serialized, .timeLimit(.minutes(2))) struct CommitKillTests {
    /// What a process that runs the script has printed, to its end.
    private func run(_ arguments: [String]) throws -> [String] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: try Products.path("crash-host"))
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func last(_ word: String, of lines: [String]) -> Int {
        lines.last { $0.hasPrefix(word) }.flatMap { Int($0.dropFirst(word.count + 1)) } ?? 0
    }

    /// What is wrong when the process dies at one commit, and whether there is such a commit.
    private func violations(
        commit: Int,
        _ when: String,
        _ switches: [String] = []
    ) throws -> (
        isReached: Bool, found: [String]
    ) {
        let directory = NSTemporaryDirectory() + "commit-kill-\(getpid())-\(commit)-\(when)"
        // Silence is right: a directory left in the temporary folder is nobody's loss.
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let first = try run([directory] + switches + ["--steps", "\(commit)", when])
        let second = try run([directory, "--steps"])
        let (told, stored) = (last("told", of: first), last("found", of: second))
        var found = second.last == "done" ? [] : ["\(commit) \(when): \(second)"]
        if told > stored { found.append("\(commit) \(when): told of \(told), \(stored) are there") }
        return (first.last != "done", found)
    }

    @Test func `whichever commit a process dies at, what it told is there and nothing is there by half`() throws {
        var (commit, isReached, found) = (0, true, [String]())
        while isReached {
            commit += 1
            for when in ["before", "after"] {
                let outcome = try violations(commit: commit, when)
                isReached = outcome.isReached
                found += outcome.found
            }
        }
        #expect(found == [])
        #expect(commit > 27)
    }

    @Test func `the same checker catches a host whose output gate is off`() throws {
        let caught = try (1...20).contains { commit in
            try violations(commit: commit, "before", ["--break-output-gate"]).found.contains { $0.contains("told of") }
        }
        #expect(caught)
    }
}
