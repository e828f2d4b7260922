import DurableActors
import Foundation
import HostClient
import Testing

/// A host on a data directory that will not do.
@Suite(.serialized) struct BadDiskTests {
    private static let isRoot = geteuid() == 0

    private func scratch(_ name: String) throws -> String {
        let path = NSTemporaryDirectory() + "bad-disk-\(getpid())-\(name)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test(.timeLimit(.minutes(1)))
    func `a second host on one data directory is refused with a clear error, and the first goes on`() throws {
        let directory = try scratch("second")
        let program = try Products.path("crash-host")
        let first = try HostProcess(executable: program, arguments: [directory])
        defer { first.stop() }
        #expect {
            _ = try HostProcess(executable: program, arguments: [directory])
        } throws: { error in
            "\(error)".contains("The data directory \(directory) is in use by another process.")
        }
        #expect(try HTTPClient(port: first.port).request("POST", "/ledger/a").text == "1")
    }

    @Test(.timeLimit(.minutes(1)), .enabled(if: isRoot, "needs root to mount a read-only file system"))
    func `a read-only data directory is refused with a clear error`() throws {
        let directory = try scratch("read-only")
        try shell("mount -t tmpfs -o ro,size=1m none \(directory)")
        defer { try? shell("umount \(directory)") }
        #expect {
            _ = try HostProcess(executable: try Products.path("crash-host"), arguments: [directory])
        } throws: { error in
            "\(error)".contains("Read-only file system")
        }
    }

    @Test(.timeLimit(.minutes(2)), .enabled(if: isRoot, "needs root to mount a small file system"))
    func `a full disk fails the write with a clear error, loses nothing, and reads go on`() throws {
        let directory = try scratch("full")
        try shell("mount -t tmpfs -o size=3m none \(directory)")
        defer { try? shell("umount \(directory)") }
        let program = try Products.path("crash-host")
        let host = try HostProcess(executable: program, arguments: [directory])
        let http = try HTTPClient(port: host.port)
        var told = 0
        while true {
            let answer = try http.request("POST", "/ledger/a", body: [UInt8](repeating: 7, count: 100_000))
            if answer.status == 500 { break }
            told += 1
            #expect(answer.text == "\(told)")
        }
        #expect(told > 10)
        #expect(try http.request("GET", "/ledger/a").text == "\(told) \(told) \(told) \(told)")
        #expect(host.lines { $0.contains("disk is full") }.last?.contains("disk is full") == true)
        host.kill()
        try shell("mount -o remount,size=64m \(directory)")
        let again = try HostProcess(executable: program, arguments: [directory])
        #expect(try HTTPClient(port: again.port).request("POST", "/ledger/a").text == "\(told + 1)")
        again.stop()
    }

    private func shell(_ command: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ClientError("\(command) failed") }
    }
}
