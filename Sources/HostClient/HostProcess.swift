internal import CLinux
internal import Glibc

/// A host run as a child process, to be killed and started again.
public final class HostProcess {
    /// The child's process id.
    public let pid: Int32
    /// The port it listens on.
    public let port: Int
    /// What it printed until it listened.
    public let greeting: [String]
    private var hasEnded = false
    private let output: LineReader
    /// The other end of what the child reads, which is empty and ends when this process does.
    private let input: Int32

    /// Starts a program and waits until it has printed a line with `listens on http://…:PORT`.
    ///
    /// What it prints as errors goes to the end of `errorFile`, else to where the lines are read from. What it reads is
    /// empty, and ends when this process does. Throws with what it printed when it ends before.
    public init(executable: String, arguments: [String], errorFile: String? = nil) throws {
        let (ends, inputs) = (try Self.pipe(), try Self.pipe())
        var argumentPointers: [UnsafeMutablePointer<CChar>?] = unsafe ([executable] + arguments).map {
            unsafe strdup($0)
        }
        unsafe argumentPointers.append(nil)
        defer { unsafe argumentPointers.forEach { unsafe free($0) } }
        // Safe because the path is passed as a C string for the call's duration.
        let errors = try errorFile.map { path in
            let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw ClientError("Cannot write to \(path)") }
            return descriptor
        }
        // Safe because every array is terminated or counted as da_spawn wants it and lives during the call.
        pid = unsafe da_spawn(executable, argumentPointers, environ, [inputs[0], ends[1], errors ?? ends[1]], 3, 0)
        close(ends[1])
        close(inputs[0])
        input = inputs[1]
        if let errors { close(errors) }
        output = LineReader(ends[0])
        guard pid > 0 else { throw ClientError("Cannot start \(executable)") }
        var lines: [String] = []
        while let line = output.next() {
            lines.append(line)
            if line.contains("listens on http://"), let text = line.split(separator: ":").last, let port = Int(text) {
                self.port = port
                greeting = lines
                return
            }
        }
        let status = da_wait_for(pid)
        throw ClientError("\(executable) ended with status \(status): \(lines.joined(separator: " | "))")
    }

    /// The lines printed after the greeting, up to one for which `isLast` holds.
    public func lines(until isLast: (String) -> Bool) -> [String] {
        var lines: [String] = []
        while let line = output.next() {
            lines.append(line)
            if isLast(line) { break }
        }
        return lines
    }

    /// Ends the child with SIGKILL and waits until it is gone.
    public func kill() {
        end(SIGKILL)
    }

    /// Asks the child to end and waits until it is gone.
    public func stop() {
        end(SIGTERM)
    }

    /// Sends the child a signal that it lives through, such as SIGHUP, SIGSTOP or SIGCONT.
    public func send(_ signal: Int32) {
        guard !hasEnded else { return }
        _ = Glibc.kill(pid, signal)
    }

    private func end(_ signal: Int32) {
        guard !hasEnded else { return }
        hasEnded = true
        _ = Glibc.kill(pid, signal)
        _ = da_wait_for(pid)
    }

    /// A pipe: the end to read, the end to write.
    private static func pipe() throws -> [Int32] {
        var ends: [Int32] = [0, 0]
        // Safe because the array has room for both ends.
        guard unsafe da_pipe(&ends) == 0 else { throw ClientError("Cannot make a pipe") }
        _ = da_make_blocking(ends[0])
        return ends
    }

    deinit {
        kill()
        close(input)
    }
}

/// Lines of a pipe.
final class LineReader {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    func next() -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            var piece = [UInt8](repeating: 0, count: 4096)
            // Safe because at most the buffer's length is written.
            let count = unsafe read(descriptor, &piece, piece.count)
            guard count > 0 else { return nil }
            buffer += piece.prefix(count)
        }
    }
}
