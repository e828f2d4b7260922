/// What the command line says.
struct ProgramOptions {
    var dataDirectory = ".data"
    var address = "127.0.0.1"
    var port: UInt16 = 8787
    var isDevelopment = false
    /// Where the sandboxes are, if not in the data directory: nodes on one machine share them.
    var sandboxes: String?

    /// A command line that is not understood.
    struct UsageError: Error, CustomStringConvertible {
        let description: String

        init(_ problem: String) {
            description = """
                \(problem)
                usage: task-agent [--data DIR] [--address A] [--port N] [--development]
                    [--cluster FILE --node NAME --secret FILE] [--sandboxes DIR]
                """
        }
    }

    init(_ arguments: [String]) throws(UsageError) {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            switch option {
            case "--data": dataDirectory = try Self.value(of: option, &rest)
            case "--address": address = try Self.value(of: option, &rest)
            case "--port":
                guard let number = UInt16(try Self.value(of: option, &rest)) else {
                    throw UsageError("--port wants a number up to 65535")
                }
                port = number
            case "--development": isDevelopment = true
            case "--sandboxes": sandboxes = try Self.value(of: option, &rest)
            default: throw UsageError("unknown option \(option)")
            }
        }
        if isDevelopment, !address.hasPrefix("127.") {
            throw UsageError("--development lets sockets in without a key and is refused off the loopback address")
        }
    }

    private static func value(of option: String, _ rest: inout ArraySlice<String>) throws(UsageError) -> String {
        guard let value = rest.popFirst() else { throw UsageError("\(option) wants a value") }
        return value
    }
}
