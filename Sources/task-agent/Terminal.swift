internal import Glibc

/// Lines for the person at the terminal.
enum Terminal {
    /// To standard output, at once.
    static func say(_ text: String) { put(text, STDOUT_FILENO) }

    /// To standard error, at once.
    static func complain(_ text: String) { put(text, STDERR_FILENO) }

    private static func put(_ text: String, _ descriptor: Int32) {
        let bytes = Array((text + "\n").utf8)
        // Safe because the array's own memory and length are passed; a terminal that is gone is nobody's loss.
        _ = unsafe write(descriptor, bytes, bytes.count)
    }
}
