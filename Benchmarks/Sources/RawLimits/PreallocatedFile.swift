internal import Glibc
public import Measure

/// A file whose blocks are all written and synced, so that overwriting them changes no metadata.
actor PreallocatedFile {
    static let pageSize = 4_096
    private static let pages = 4_096

    private let scratch: ScratchDirectory
    private let descriptor: Int32
    private var page: [UInt8]
    private var writes = 0

    /// Creates the file, 16 MiB, in a directory of its own.
    init(in directory: String) throws {
        scratch = try ScratchDirectory("raw-fdatasync", in: directory)
        page = [UInt8](repeating: 0xA5, count: Self.pageSize)
        let path = scratch.path + "/file"
        // safe because the path is a null-terminated copy that outlives the call.
        descriptor = try unsafe SystemError.check("open", open(path, O_RDWR | O_CREAT | O_EXCL, 0o644))
        for index in 0..<Self.pages { try Self.overwrite(page, at: index, of: descriptor) }
        try SystemError.check("fsync", fsync(descriptor))
    }

    /// Overwrites one page after the other, each made durable before the next.
    func slice(for duration: Duration) throws -> SliceResult {
        try TimedLoop.run(for: duration) {
            page[0] &+= 1
            try Self.overwrite(page, at: writes % Self.pages, of: descriptor)
            try SystemError.check("fdatasync", fdatasync(descriptor))
            writes += 1
        }
    }

    /// Closes and removes the file.
    func close() throws {
        try SystemError.check("close", Glibc.close(descriptor))
        try scratch.remove()
    }

    private static func overwrite(_ page: [UInt8], at index: Int, of descriptor: Int32) throws {
        // safe because pwrite only reads the array's bytes, as many as it has, while the array is borrowed.
        let written = try unsafe SystemError.check("pwrite", pwrite(descriptor, page, page.count, index * pageSize))
        guard written == page.count else { throw SystemError(call: "pwrite", code: ENOSPC) }
    }
}

/// The rate at which the disk takes durable writes: 4 KiB overwritten in a preallocated file, then `fdatasync`.
///
/// Nothing that makes each reply durable on its own can pass it. The file is written and removed in the directory.
public func fdatasyncRate(directory: String) -> BenchmarkCase {
    BenchmarkCase(
        "raw.fdatasync",
        unit: "syncs/s",
        note: "pwrite of 4 KiB over written blocks and fdatasync, one at a time",
        setUp: { try PreallocatedFile(in: directory) },
        tearDown: { try await $0.close() },
        slice: { try await $0.slice(for: $1) }
    )
}
