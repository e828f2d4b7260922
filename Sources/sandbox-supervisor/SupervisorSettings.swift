import Sandbox

/// How a supervisor was told to run.
struct SupervisorSettings: Equatable {
    var state = ""
    var socket = ""
    var log = "/dev/null"
    var idleExitSeconds = 86_400
    var userBase = 200_000
    var outputBytes = SandboxLimits.outputBytes
    /// A descriptor to report the outcome of the start through.
    var readyDescriptor: Int?

    static let usage = """
        usage: sandbox-supervisor --state <dir> --socket <path> [--idle-exit <seconds>]
                                  [--uid-base <number>] [--output-bytes <number>] [--log <path>]
               sandbox-supervisor daemon <the same>   starts a supervisor that outlives its caller

        """

    /// Reads the arguments after the mode; throws a sentence about what is wrong with them.
    init(_ arguments: [String]) throws(SandboxError) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw Self.wrong("\(name) needs a value.") }
            switch name {
            case "--state": state = try Self.path(value, name)
            case "--socket": socket = try Self.path(value, name)
            case "--log": log = try Self.path(value, name)
            case "--idle-exit": idleExitSeconds = try Self.number(value, name, in: 0...Int(Int32.max))
            case "--uid-base": userBase = try Self.number(value, name, in: 1000...Int(Int32.max))
            case "--output-bytes": outputBytes = try Self.number(value, name, in: 1...(1 << 40))
            case "--ready-fd": readyDescriptor = try Self.number(value, name, in: 3...1024)
            default: throw Self.wrong("\(name) is not an option.")
            }
        }
        guard !state.isEmpty, !socket.isEmpty else { throw Self.wrong("--state and --socket are needed.") }
    }

    /// The settings as arguments again.
    var arguments: [String] {
        [
            "--state", state, "--socket", socket, "--log", log, "--idle-exit", String(idleExitSeconds),
            "--uid-base", String(userBase), "--output-bytes", String(outputBytes),
        ] + (readyDescriptor.map { ["--ready-fd", String($0)] } ?? [])
    }

    private static func path(_ value: String, _ name: String) throws(SandboxError) -> String {
        guard value.hasPrefix("/") else { throw wrong("\(name) needs an absolute path.") }
        return value
    }

    private static func number(
        _ value: String,
        _ name: String,
        in range: ClosedRange<Int>
    ) throws(SandboxError) -> Int {
        guard let number = Int(value), range.contains(number) else {
            throw wrong("\(name) needs a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    private static func wrong(_ message: String) -> SandboxError {
        SandboxError(.invalidRequest, message)
    }
}
