/// What the command line of a benchmark run asks for.
public struct RunOptions: Sendable, Equatable {
    /// A command line that cannot be followed.
    public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// The argument is none of the known ones.
        case unknown(String)
        /// The option stands last, where its value should follow.
        case missingValue(String)
        /// The option's value is not what the option takes.
        case badValue(option: String, value: String)

        /// The failure in words.
        public var description: String {
            switch self {
            case .unknown(let argument): "unknown argument \(argument)"
            case .missingValue(let option): "\(option) needs a value"
            case .badValue(let option, let value): "\(option) cannot be \(value)"
            }
        }
    }

    /// How the arguments are written.
    public static let usage = """
        usage: bench [--json FILE] [--data DIR] [--seconds S] [--rounds N] [--only PREFIX]
          --json FILE     also write the report as a JSON array
          --data DIR      where storage cases write (default: a directory under the current one)
          --seconds S     how long each case runs in all, over its rounds (default 2)
          --rounds N      how many slices each case is cut into, taken in turns (default 3)
          --only PREFIX   only the cases whose names begin so, and those they are compared with
        """

    /// Where the JSON report goes, if anywhere.
    public var json: String?
    /// Where storage cases write, if the command line says.
    public var data: String?
    /// How long each case runs in all, in seconds.
    public var seconds = 2.0
    /// How many slices each case is cut into.
    public var rounds = 3
    /// The prefix of the names of the cases to run; empty for all.
    public var only = ""

    /// Creates the options of an empty command line.
    public init() {}

    /// Reads a command line.
    ///
    /// - Parameter arguments: The arguments without the program's name.
    /// - Throws: `Failure` for an unknown argument, a missing value or a bad one.
    public init(arguments: some Sequence<String>) throws(Failure) {
        var rest = arguments.makeIterator()
        while let option = rest.next() {
            guard ["--json", "--data", "--seconds", "--rounds", "--only"].contains(option) else {
                throw .unknown(option)
            }
            guard let value = rest.next() else { throw .missingValue(option) }
            try set(option, to: value)
        }
    }

    /// How long one slice lasts.
    public var slice: Duration { .seconds(seconds / Double(rounds)) }

    private mutating func set(_ option: String, to value: String) throws(Failure) {
        switch option {
        case "--json": json = value
        case "--data": data = value
        case "--only": only = value
        case "--seconds":
            guard let given = Double(value), given > 0, given <= 86_400 else {
                throw .badValue(option: option, value: value)
            }
            seconds = given
        default:
            guard let given = Int(value), (1...1_000).contains(given) else {
                throw .badValue(option: option, value: value)
            }
            rounds = given
        }
    }
}
