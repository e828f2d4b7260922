import Glibc

/// A system call that failed.
package struct SystemError: Error, CustomStringConvertible {
    package let call: String
    package let code: Int32

    package init(_ call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// The failure that the call just made left in `errno`.
    package static func last(_ call: String) -> SystemError {
        SystemError(call, code: errno)
    }

    package var description: String {
        // safe because strerror returns a terminated string that is copied before any other call can reuse it.
        let text = unsafe String(cString: strerror(code))
        return "\(call): \(text)"
    }
}
