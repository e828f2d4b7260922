internal import Glibc

/// A call of the operating system or of LMDB that failed.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The failed call's name.
    public let call: String
    /// The error number, an `errno` or an LMDB code.
    public let code: Int32

    /// The call and its error number.
    public var description: String { "\(call) failed with error \(code)" }

    /// The other end has closed a connection.
    static let ended = SystemError(call: "recv", code: ECONNRESET)

    /// Passes a call's result on, or throws the current `errno` when the result is negative.
    @discardableResult
    static func check<Result: SignedInteger>(_ call: String, _ result: Result) throws(SystemError) -> Result {
        guard result >= 0 else { throw SystemError(call: call, code: errno) }
        return result
    }
}
