internal import CSQLite
internal import Glibc
internal import Locks

/// SQLite's file system in which every database is a `PageFile`; known to SQLite by name.
///
/// There is no other file in it: journals and temporary data stay in memory, and what asks for a file of its own is
/// refused. Time is that of the world of the object whose code runs.
package enum PageFileSystem {
    package static let name = "durable-object"

    /// Runs what opens a database under the path it is given, which means this file.
    package static func opening<Result>(_ file: PageFile, _ body: (_ path: String) throws -> Result) throws -> Result {
        guard isRegistered else { throw StorageError(.io, "SQLite takes no file system.") }
        let number = files.withLock { files in
            files.next += 1
            files.byPath["\(files.next)"] = file
            return files.next
        }
        defer { files.withLock { $0.byPath["\(number)"] = nil } }
        return try body("\(number)")
    }

    /// The files that are being opened.
    private struct Opening {
        var next = 0
        var byPath: [String: PageFile] = [:]
    }

    private static let files = Mutex(Opening())

    /// Made once, before the library's first use, and never freed, since SQLite keeps the pointers.
    static let isRegistered: Bool = {
        _ = da_sqlite_allocate_no_pages_ahead()
        // Safe because the tables are allocated here, filled before SQLite sees them, and never freed.
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        unsafe methods.initialize(to: fileMethods())
        let system = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        unsafe system.initialize(to: systemMethods())
        unsafe system.pointee.pAppData = UnsafeMutableRawPointer(methods)
        return unsafe sqlite3_vfs_register(system, 0) == SQLITE_OK
    }()

    private static func systemMethods() -> sqlite3_vfs {
        var system = unsafe sqlite3_vfs()
        unsafe system.iVersion = 2
        unsafe system.szOsFile = Int32(MemoryLayout<da_sqlite_file>.size)
        unsafe system.mxPathname = 64
        unsafe system.zName = UnsafePointer(strdup(name))
        unsafe system.xOpen = { system, path, file, flags, outFlags in
            guard flags & SQLITE_OPEN_MAIN_DB != 0, let path = unsafe path, let file = unsafe file,
                let opened = PageFileSystem.files.withLock({ unsafe $0.byPath[String(cString: path)] })
            else { return SQLITE_CANTOPEN }
            // Safe because SQLite allocates `szOsFile` bytes for the file and the table was put there by `register`.
            let own = unsafe UnsafeMutableRawPointer(file).assumingMemoryBound(to: da_sqlite_file.self)
            unsafe own.pointee.context = Unmanaged.passRetained(opened).toOpaque()
            unsafe own.pointee.base.pMethods = UnsafePointer(
                system?.pointee.pAppData?.assumingMemoryBound(to: sqlite3_io_methods.self)
            )
            unsafe outFlags?.pointee = flags
            return SQLITE_OK
        }
        unsafe system.xDelete = { _, _, _ in SQLITE_OK }
        unsafe system.xAccess = { _, _, _, result in
            unsafe result?.pointee = 0
            return SQLITE_OK
        }
        unsafe system.xFullPathname = { _, path, size, result in
            guard let path = unsafe path, let result = unsafe result, unsafe strlen(path) < Int(size) else {
                return SQLITE_CANTOPEN
            }
            // Safe because the path and its end were just measured against the room for it.
            unsafe strcpy(result, path)
            return SQLITE_OK
        }
        unsafe system.xRandomness = { _, _, _ in 0 }
        unsafe system.xSleep = { _, _ in 0 }
        unsafe system.xCurrentTimeInt64 = { _, time in
            unsafe time?.pointee = PageFileSystem.julianMilliseconds
            return SQLITE_OK
        }
        unsafe system.xCurrentTime = { _, days in
            unsafe days?.pointee = Double(PageFileSystem.julianMilliseconds) / 86_400_000
            return SQLITE_OK
        }
        unsafe system.xGetLastError = { _, _, _ in SQLITE_OK }
        return unsafe system
    }

    /// The time of the object that runs, counted as SQLite does; 1970 outside of all.
    private static var julianMilliseconds: Int64 {
        (CurrentObject.incarnation?.cell.host.world.clock.nowMilliseconds ?? 0) + 210_866_760_000_000
    }

    private static func fileMethods() -> sqlite3_io_methods {
        var methods = sqlite3_io_methods()
        methods.iVersion = 1
        unsafe methods.xClose = { file in
            // Safe because `xOpen` retained the object, and SQLite closes a file once.
            unsafe PageFileSystem.reference(file)?.takeRetainedValue().close()
            return SQLITE_OK
        }
        unsafe methods.xRead = { file, buffer, count, offset in
            // Safe because SQLite gives a buffer of that many bytes.
            let buffer = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: Int(count))
            return unsafe PageFileSystem.answer(file) { file in
                try unsafe file.read(buffer, at: Int(offset)) ? SQLITE_OK : da_sqlite_short_read()
            }
        }
        unsafe methods.xWrite = { file, bytes, count, offset in
            // Safe because SQLite gives a buffer of that many bytes.
            let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(count))
            return unsafe PageFileSystem.answer(file) { file in
                try unsafe file.write(bytes, at: Int(offset))
                return SQLITE_OK
            }
        }
        unsafe methods.xTruncate = { file, size in
            unsafe PageFileSystem.answer(file) { file in
                try file.truncate(to: Int(size))
                return SQLITE_OK
            }
        }
        unsafe methods.xSync = { _, _ in SQLITE_OK }
        unsafe methods.xFileSize = { file, size in
            unsafe PageFileSystem.answer(file) { file in
                unsafe size?.pointee = sqlite3_int64(file.size)
                return SQLITE_OK
            }
        }
        unsafe methods.xLock = { _, _ in SQLITE_OK }
        unsafe methods.xUnlock = { _, _ in SQLITE_OK }
        unsafe methods.xCheckReservedLock = { _, result in
            unsafe result?.pointee = 0
            return SQLITE_OK
        }
        unsafe methods.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
        unsafe methods.xSectorSize = { _ in Int32(PageFile.pageSize) }
        unsafe methods.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
        return methods
    }

    @unsafe private static func reference(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Unmanaged<PageFile>? {
        // Safe because every file of this system is a `da_sqlite_file`, whose context `xOpen` has set.
        let own = unsafe UnsafeMutableRawPointer(file)?.assumingMemoryBound(to: da_sqlite_file.self)
        return unsafe (own?.pointee.context).map { unsafe Unmanaged.fromOpaque($0) }
    }

    @unsafe private static func answer(
        _ file: UnsafeMutablePointer<sqlite3_file>?,
        _ body: (PageFile) throws -> Int32
    ) -> Int32 {
        guard let file = unsafe reference(file)?.takeUnretainedValue() else { return SQLITE_MISUSE }
        do {
            return try body(file)
        } catch PageFile.Refusal.full {
            return SQLITE_FULL
        } catch {
            return SQLITE_IOERR
        }
    }
}
