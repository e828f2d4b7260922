// The environment is used from inside this actor only, and each write transaction begins and ends within one
// synchronous function, so on one thread, as LMDB demands. Slices block their thread: nothing else runs meanwhile.

internal import CRawLMDB
internal import Glibc
internal import Measure

/// LMDB used as plainly as it can be: one environment, one database, synced commits.
@safe
actor RawLMDB {
    private static let mapSize = 4 << 30
    private static let valueSize = 100

    private let scratch: ScratchDirectory
    private let environment: OpaquePointer
    private var database: MDB_dbi = 0
    private var keys: KeySequence
    private var value = [UInt8](repeating: 0x76, count: valueSize)

    /// Creates an environment in a directory of its own and writes the keys' population.
    init(_ name: String, in directory: String, keys: KeySequence) throws {
        self.keys = keys
        scratch = try ScratchDirectory(name, in: directory)
        var created: OpaquePointer?
        // safe because LMDB only stores the new handle at the given place.
        try unsafe Self.check("mdb_env_create", mdb_env_create(&created))
        guard let created = unsafe created else { throw SystemError(call: "mdb_env_create", code: ENOMEM) }
        // safe because the handle was just created and is closed by `close` only.
        unsafe environment = unsafe created
        // safe because the environment is not open yet, as this call demands.
        try unsafe Self.check("mdb_env_set_mapsize", mdb_env_set_mapsize(created, Self.mapSize))
        // safe because the path is a null-terminated copy that outlives the call.
        try unsafe Self.check("mdb_env_open", mdb_env_open(created, scratch.path, 0, 0o644))
    }

    /// Opens the database and writes the population in one commit.
    func open() throws {
        // safe because the handle does not leave the closure.
        try unsafe transaction { transaction throws(SystemError) in
            // safe because the transaction is open and nil names the environment's main database.
            try unsafe Self.check("mdb_dbi_open", mdb_dbi_open(transaction, nil, 0, &database))
        }
        try commit(puts: keys.population)
    }

    /// Commits over and over, each commit with so many puts and durable before the next begins.
    func slice(for duration: Duration, puts: Int) throws -> SliceResult {
        try TimedLoop.run(for: duration, weight: puts) { try commit(puts: puts) }
    }

    /// Closes the environment and removes its files; nothing may be called afterwards.
    func close() throws {
        // safe because no transaction outlives its function, so none is open.
        unsafe mdb_env_close(environment)
        try scratch.remove()
    }

    private func commit(puts: Int) throws(SystemError) {
        // safe because the handle does not leave the closure.
        try unsafe transaction { transaction throws(SystemError) in
            for _ in 0..<puts { unsafe try put(in: transaction) }
        }
    }

    private func put(in transaction: OpaquePointer) throws(SystemError) {
        var key = keys.next()
        value[0] &+= 1
        let database = database
        // safe because LMDB copies key and value, which are borrowed for the length of the call, into its pages.
        let code = unsafe withUnsafeMutableBytes(of: &key) { key in
            unsafe value.withUnsafeMutableBytes { value in
                var keyView = unsafe MDB_val(mv_size: key.count, mv_data: key.baseAddress)
                var valueView = unsafe MDB_val(mv_size: value.count, mv_data: value.baseAddress)
                return unsafe mdb_put(transaction, database, &keyView, &valueView, 0)
            }
        }
        try Self.check("mdb_put", code)
    }

    private func transaction(_ body: (OpaquePointer) throws(SystemError) -> Void) throws(SystemError) {
        var begun: OpaquePointer?
        // safe because the environment is open and LMDB only stores the new handle at the given place.
        try unsafe Self.check("mdb_txn_begin", mdb_txn_begin(environment, nil, 0, &begun))
        guard let begun = unsafe begun else { throw SystemError(call: "mdb_txn_begin", code: ENOMEM) }
        do throws(SystemError) {
            // safe because the transaction stays open until the body has returned.
            try unsafe body(begun)
        } catch {
            // safe because the transaction is open; it is not used afterwards.
            unsafe mdb_txn_abort(begun)
            throw error
        }
        // safe because the transaction is open; it is not used afterwards, whatever the result.
        try unsafe Self.check("mdb_txn_commit", mdb_txn_commit(begun))
    }

    private static func check(_ call: String, _ code: Int32) throws(SystemError) {
        guard code == 0 else { throw SystemError(call: call, code: code) }
    }
}
