/// A signal to send to a process and everything it started.
public struct ProcessSignal: RawRepresentable, Codable, Sendable, Hashable {
    /// The number of the signal on Linux, 1 to 31.
    public var rawValue: Int32

    /// Makes a signal of its number on Linux.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// SIGHUP, which many servers take as a request to reload.
    public static let hangup = ProcessSignal(rawValue: 1)
    /// SIGINT, as by Control-C.
    public static let interrupt = ProcessSignal(rawValue: 2)
    /// SIGKILL, which no process can refuse.
    public static let kill = ProcessSignal(rawValue: 9)
    /// SIGTERM, the polite request to end; a sandbox lets SIGKILL follow after a grace.
    public static let terminate = ProcessSignal(rawValue: 15)
}
