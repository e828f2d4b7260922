import DurableActors
import Foundation
import HostClient
import Locks

/// One run of kills over one data directory, with the ledger of what clients were told.
final class CrashRun {
    static let ledgers = 64

    private let directory: String
    private let arguments: [String]
    private let foreignDoor: Bool
    private var random: SplitMix
    /// The highest count that each ledger's clients were told of, by an answer or on a socket.
    private var told = [Int](repeating: 0, count: ledgers)
    private(set) var violations: [String] = []
    private(set) var acknowledged = 0

    init(seed: UInt64, arguments: [String], foreignDoor: Bool = TestedHost.hasForeignDoor) throws {
        directory = NSTemporaryDirectory() + "crash-\(getpid())-\(seed)"
        // Silence is right: there is nothing to remove on a first run.
        try? FileManager.default.removeItem(atPath: directory)
        self.arguments = arguments
        self.foreignDoor = foreignDoor
        random = SplitMix(state: seed)
    }

    deinit {
        // Silence is right: a directory left in the temporary folder is nobody's loss.
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Starts the host, checks what is there, loads it from several clients and kills it in the midst.
    func killOnce() throws {
        let host = try TestedHost.crashHost(directory, arguments, foreignDoor: foreignDoor)
        try check(host)
        let killAfter = Int(random.next() % 200) + 1
        let seen = Load(port: host.port, ledgers: Self.ledgers).run(killing: host, afterAnswers: killAfter)
        acknowledged += seen.answers
        for (ledger, count) in seen.highest.enumerated() { told[ledger] = max(told[ledger], count) }
    }

    private func check(_ host: TestedHost) throws {
        let http = try HTTPClient(port: host.port)
        for ledger in 0..<Self.ledgers {
            let numbers = try http.request("GET", "/ledger/\(ledger)").text.split(separator: " ").compactMap { Int($0) }
            guard numbers.count == 4 else { throw ClientError("The host gave no count: \(numbers)") }
            if numbers[0] < told[ledger] {
                violations.append("ledger \(ledger): clients were told of \(told[ledger]), \(numbers[0]) are there")
                told[ledger] = numbers[0]
            }
            if Set(numbers).count != 1 {
                violations.append("ledger \(ledger): count, entries, rows and alarm of one turn differ: \(numbers)")
            }
        }
    }
}

/// Clients that add to ledgers and listen on sockets until the host dies.
private struct Load {
    struct Seen {
        var answers = 0
        var highest: [Int]
    }

    let port: Int
    let ledgers: Int

    func run(killing host: TestedHost, afterAnswers limit: Int) -> Seen {
        let seen = Mutex(Seen(highest: [Int](repeating: 0, count: ledgers)))
        let reached = DispatchSemaphore(value: 0)
        let threads = DispatchGroup()
        let note: @Sendable (Int, Int, Bool) -> Void = { ledger, count, isAnswer in
            seen.withLock { seen in
                seen.highest[ledger] = max(seen.highest[ledger], count)
                if isAnswer { seen.answers += 1 }
                if seen.answers == limit { reached.signal() }
            }
        }
        for ledger in 0..<ledgers {
            threads.enter()
            Thread.detachNewThread { [port] in
                Self.add(port, ledger, note)
                threads.leave()
            }
            threads.enter()
            Thread.detachNewThread { [port] in
                Self.listen(port, ledger, note)
                threads.leave()
            }
        }
        reached.wait()
        host.kill()
        threads.wait()
        return seen.withLock { $0 }
    }

    /// Adds entries until the host is gone; an answer that did not come was not told.
    private static func add(_ port: Int, _ ledger: Int, _ note: (Int, Int, Bool) -> Void) {
        guard let http = try? HTTPClient(port: port) else { return }
        while let text = try? http.request("POST", "/ledger/\(ledger)").text,
            let count = text.split(separator: " ").first.flatMap({ Int($0) })
        {
            note(ledger, count, true)
        }
    }

    private static func listen(_ port: Int, _ ledger: Int, _ note: (Int, Int, Bool) -> Void) {
        guard let socket = try? WebSocketClient(port: port, path: "/ledger/\(ledger)") else { return }
        while case .text(let text)? = try? socket.receive(), let count = Int(text) { note(ledger, count, false) }
    }
}

/// A small seeded generator, so that a run can be repeated.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension TestedHost {
    /// Starts the small host on a data directory.
    static func crashHost(
        _ directory: String,
        _ arguments: [String] = [],
        foreignDoor: Bool = TestedHost.hasForeignDoor
    ) throws -> TestedHost {
        try TestedHost(
            executable: try Products.path("crash-host"),
            directory: directory,
            foreignDoor: foreignDoor
        ) { [$0] + arguments }
    }
}

/// Where the build put its programs.
enum Products {
    static func path(_ name: String) throws -> String {
        let bundle = Bundle.allBundles.map(\.bundlePath) + [CommandLine.arguments[0]]
        for start in bundle {
            let folder = (start as NSString).deletingLastPathComponent
            let path = folder + "/" + name
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw ClientError("The program \(name) is not beside the tests")
    }
}
