internal import Glibc

/// A log's segments as files of a directory.
package final class DirectoryLogDisk: LogDisk {
    private let directory: String

    /// Makes the directory when it is not there.
    package init(_ directory: String) throws {
        self.directory = directory
        // Safe because the path is passed as a C string for the call's duration.
        if unsafe mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw LMDBFailure.error(errno, "Cannot make the directory \(directory)")
        }
        try Self.flushDirectory(directory + "/..")
    }

    package func names() throws -> [String] {
        // Safe because the path is passed as a C string for the call's duration; the stream is closed below.
        guard let stream = unsafe opendir(directory) else {
            throw LMDBFailure.error(errno, "Cannot read the directory \(directory)")
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        // Safe because an entry is valid until the next is read, and its name is copied at once.
        while let entry = unsafe readdir(stream) {
            names.append(
                unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                    unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
                }
            )
        }
        return names
    }

    package func make(_ name: String, bytes: Int) throws -> any LogFile {
        let path = directory + "/" + name
        // Safe because the path is passed as a C string for the call's duration.
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LMDBFailure.error(errno, "Cannot make \(path)") }
        let file = DirectoryLogFile(descriptor: descriptor, path: path, length: bytes)
        do {
            let result = posix_fallocate(descriptor, 0, off_t(bytes))
            guard result == 0 else { throw LMDBFailure.error(result, "Cannot make room for \(path)") }
            // Blocks that were never written would have to be marked as written by each flush.
            let zeros = [UInt8](repeating: 0, count: 1 << 18)
            for offset in stride(from: 0, to: bytes, by: zeros.count) {
                let count = min(zeros.count, bytes - offset)
                try file.write(count == zeros.count ? zeros : Array(zeros.prefix(count)), at: offset)
            }
            try file.flush()
            try Self.flushDirectory(directory)
        } catch {
            file.close()
            // Silence is right: the error that is told is the one that matters, and a start removes what is left.
            _ = unsafe unlink(path)
            throw error
        }
        return file
    }

    package func open(_ name: String) throws -> any LogFile {
        let path = directory + "/" + name
        // Safe because the path is passed as a C string for the call's duration.
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw LMDBFailure.error(errno, "Cannot open \(path)") }
        let length = lseek(descriptor, 0, SEEK_END)
        guard length >= 0 else {
            Glibc.close(descriptor)
            throw LMDBFailure.error(errno, "Cannot measure \(path)")
        }
        return DirectoryLogFile(descriptor: descriptor, path: path, length: Int(length))
    }

    package func remove(_ name: String) throws {
        let path = directory + "/" + name
        // Safe because the path is passed as a C string for the call's duration.
        guard unsafe unlink(path) == 0 else { throw LMDBFailure.error(errno, "Cannot remove \(path)") }
        try Self.flushDirectory(directory)
    }

    /// Makes the names in a directory durable.
    private static func flushDirectory(_ path: String) throws {
        // Safe because the path is passed as a C string for the call's duration.
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LMDBFailure.error(errno, "Cannot open \(path)") }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw LMDBFailure.error(errno, "Cannot flush \(path)") }
    }
}

/// One segment's file.
private final class DirectoryLogFile: LogFile {
    let length: Int
    private let descriptor: Int32
    private let path: String

    init(descriptor: Int32, path: String, length: Int) {
        self.descriptor = descriptor
        self.path = path
        self.length = length
    }

    func read() throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: length)
        var done = 0
        while done < length {
            // Safe because the range filled lies within the array, which is borrowed for the call.
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(descriptor, buffer.baseAddress.map { unsafe $0 + done }, length - done, off_t(done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw LMDBFailure.error(count < 0 ? errno : EIO, "Cannot read \(path)") }
            done += count
        }
        return bytes
    }

    func write(_ bytes: [UInt8], at offset: Int) throws {
        var done = 0
        while done < bytes.count {
            // Safe because the range written lies within the array, which is borrowed for the call.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let start = unsafe buffer.baseAddress.map { unsafe $0 + done }
                return unsafe pwrite(descriptor, start, bytes.count - done, off_t(offset + done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw LMDBFailure.error(count < 0 ? errno : ENOSPC, "Cannot write \(path)") }
            done += count
        }
    }

    func flush() throws {
        guard fdatasync(descriptor) == 0 else { throw LMDBFailure.error(errno, "Cannot flush \(path)") }
    }

    func close() { Glibc.close(descriptor) }
}
