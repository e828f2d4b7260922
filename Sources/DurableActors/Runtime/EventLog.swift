internal import Synchronization

/// Where the runtime reports what nobody waits for: a failed alarm, an error in a socket's handler.
public final class EventLog: Sendable {
    private let sink: @Sendable (String) -> Void

    /// Sends each line to `sink`, which may be called from any thread.
    public init(_ sink: @escaping @Sendable (String) -> Void) { self.sink = sink }

    /// Drops everything.
    public static let silent = EventLog { _ in }

    /// Reports an error that no caller will see.
    public func error(_ text: @autoclosure () -> String) { sink("error: \(text())") }

    /// Reports something worth knowing.
    public func notice(_ text: @autoclosure () -> String) { sink(text()) }
}
