/// Thrown by a case that this machine cannot run, so that the report says why instead of counting a failure.
public struct CaseNotRun: Error, Sendable, Equatable, CustomStringConvertible {
    /// Why the case was not run: a whole sentence without its full stop.
    public let description: String

    /// Creates the error with its reason.
    public init(_ reason: String) {
        description = reason
    }
}
