import CLinux
import Glibc

/// An open descriptor, closed when its last owner lets go of it.
package final class Descriptor: Sendable {
    /// What one read found.
    package enum Input {
        case bytes([UInt8])
        case nothingYet
        case end
    }

    package let number: Int32

    package init(_ number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    /// Takes ownership of the result of a call that returns a descriptor or -1.
    package static func adopt(_ number: Int32, _ call: @autoclosure () -> String) throws(SystemError) -> Descriptor {
        guard number >= 0 else { throw SystemError.last(call()) }
        return Descriptor(number)
    }

    /// Opens a file, always closing on exec.
    package static func open(_ path: String, _ flags: Int32, mode: UInt32 = 0o600) throws(SystemError) -> Descriptor {
        // safe because the string's bytes outlive the call.
        let number = unsafe Glibc.open(path, flags | O_CLOEXEC, mode)
        return try adopt(number, "open \(path)")
    }

    /// Reads what is there, at most `limit` bytes.
    package func read(upTo limit: Int = SandboxLimits.pieceBytes) throws(SystemError) -> Input {
        // safe because the buffer's own address and length bound the read.
        try unsafe input(limit) { unsafe Glibc.read(self.number, $0.baseAddress, $0.count) }
    }

    /// Reads at an offset, at most `limit` bytes.
    package func read(at offset: Int, upTo limit: Int) throws(SystemError) -> Input {
        // safe because the buffer's own address and length bound the read.
        try unsafe input(limit) { unsafe pread(self.number, $0.baseAddress, $0.count, offset) }
    }

    /// Reads to the end of a blocking descriptor, at most `limit` bytes.
    package func readAll(upTo limit: Int) throws(SystemError) -> [UInt8] {
        var all: [UInt8] = []
        while all.count < limit, case .bytes(let piece) = try read(upTo: limit - all.count) {
            all.append(contentsOf: piece)
        }
        return all
    }

    /// Writes as much as fits; 0 when a non-blocking descriptor takes nothing now.
    package func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
        // safe because the buffer's own address and length bound the write.
        try written { unsafe bytes.withUnsafeBytes { unsafe Glibc.write(self.number, $0.baseAddress, $0.count) } }
    }

    /// Sends as much as fits over a socket, without SIGPIPE; 0 when it takes nothing now.
    package func send(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
        // safe because the buffer's own address and length bound the write.
        try written { unsafe bytes.withUnsafeBytes { unsafe da_send(self.number, $0.baseAddress, $0.count) } }
    }

    /// Writes everything to a blocking descriptor.
    package func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty { rest = rest.dropFirst(try write(rest)) }
    }

    private func input(
        _ limit: Int,
        _ call: (UnsafeMutableRawBufferPointer) -> Int
    ) throws(SystemError) -> Input {
        var count = 0
        var cause: Int32 = 0
        // safe because the call writes at most the capacity, and the count set is what it wrote.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            repeat {
                count = unsafe call(UnsafeMutableRawBufferPointer(buffer))
                cause = errno
            } while count < 0 && cause == EINTR
            filled = max(0, count)
        }
        if count > 0 { return .bytes(bytes) }
        if count == 0 { return .end }
        if cause == EAGAIN { return .nothingYet }
        throw SystemError("read", code: cause)
    }

    private func written(_ call: () -> Int) throws(SystemError) -> Int {
        while true {
            let count = call()
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN: return 0
            default: throw SystemError.last("write")
            }
        }
    }
}
