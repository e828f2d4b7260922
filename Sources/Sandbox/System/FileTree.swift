import Glibc

/// Directories and small files, written so that a crash leaves either the old or the new content.
package enum FileTree {
    /// Makes a directory with exactly the given mode unless something of that name exists.
    package static func makeDirectory(_ path: String, mode: UInt32) throws(SystemError) {
        // safe because the string's bytes outlive the call.
        let made = unsafe mkdir(path, mode)
        if made != 0, errno != EEXIST { throw SystemError.last("mkdir \(path)") }
        if made == 0 { try setMode(path, mode) }
    }

    /// Sets the permission bits of a file, whatever the umask.
    package static func setMode(_ path: String, _ mode: UInt32) throws(SystemError) {
        // safe because the string's bytes outlive the call.
        guard unsafe chmod(path, mode) == 0 else { throw SystemError.last("chmod \(path)") }
    }

    /// Gives a file to a user and the group of the same number.
    package static func setOwner(_ path: String, _ user: UInt32) throws(SystemError) {
        // safe because the string's bytes outlive the call.
        guard unsafe lchown(path, user, user) == 0 else { throw SystemError.last("chown \(path)") }
    }

    /// The size of a file in bytes, or nil when there is none.
    package static func size(_ path: String) -> Int? {
        information(path).map { Int($0.st_size) }
    }

    /// The owner and the mode of what is at a path, or nil when nothing is.
    package static func ownerAndMode(_ path: String) -> (owner: UInt32, mode: UInt32)? {
        information(path).map { ($0.st_uid, $0.st_mode & 0o7777) }
    }

    private static func information(_ path: String) -> stat? {
        var result = stat()
        // safe because lstat fills the structure it is given.
        return unsafe lstat(path, &result) == 0 ? result : nil
    }

    /// The names in a directory, without `.` and `..`, in no particular order; none when it cannot be read.
    package static func names(in path: String) -> [String] {
        // safe because the stream is open until closedir below.
        guard let directory = unsafe opendir(path) else { return [] }
        // safe because the stream is not used afterwards.
        defer { unsafe closedir(directory) }
        var names: [String] = []
        // safe because each entry is copied before the next readdir.
        while let entry = unsafe readdir(directory) {
            // safe because d_name is a terminated string within the entry.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The content of a file, or nil when it cannot be read.
    package static func content(_ path: String, upTo limit: Int = SandboxLimits.lineBytes * 4) -> [UInt8]? {
        // A file that cannot be opened or read has no content, which is all a caller can act on.
        try? Descriptor.open(path, O_RDONLY | O_NOFOLLOW).readAll(upTo: limit)
    }

    /// Replaces a file so that after a crash it is there with its old or its new content, never with part of it.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
        let temporary = path + ".tmp"
        let file = try Descriptor.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
        try file.writeAll(bytes)
        guard fsync(file.number) == 0 else { throw SystemError.last("fsync \(temporary)") }
        try move(temporary, to: path)
        try synchronise(parent(of: path))
    }

    /// Renames a file or directory.
    package static func move(_ path: String, to target: String) throws(SystemError) {
        // safe because the strings' bytes outlive the call.
        guard unsafe rename(path, target) == 0 else { throw SystemError.last("rename \(path)") }
    }

    /// Removes one file; nothing there is no failure.
    package static func removeFile(_ path: String) throws(SystemError) {
        // safe because the string's bytes outlive the call.
        let removed = unsafe unlink(path)
        if removed != 0, errno != ENOENT { throw SystemError.last("unlink \(path)") }
    }

    /// Makes the entries of a directory survive a loss of power.
    package static func synchronise(_ directory: String) throws(SystemError) {
        let opened = try Descriptor.open(directory, O_RDONLY | O_DIRECTORY)
        guard fsync(opened.number) == 0 else { throw SystemError.last("fsync \(directory)") }
    }

    /// The path without its last component.
    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
