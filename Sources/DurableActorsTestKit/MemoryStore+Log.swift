package import DurableActors
internal import Locks

extension LogSizes {
    /// So small that a short run fills segments, waits for checkpoints and passes the log over.
    static var simulated: LogSizes {
        var sizes = LogSizes()
        sizes.segmentBytes = 16 << 10
        sizes.maximumSegments = 4
        sizes.checkpointBytes = 8 << 10
        sizes.limitBytes = 32 << 10
        sizes.objectBytes = 64
        sizes.rowBytes = 16
        return sizes
    }
}

extension MemoryStore: LogDisk {
    package func names() throws -> [String] { state.withLock { $0.image.files.keys.sorted() } }

    package func make(_ name: String, bytes: Int) throws -> any LogFile {
        try change { state throws(StorageError) in
            if state.isShortOfRoom { throw StorageError(.full, "The disk has no room for \(name).") }
            state.image.files[name] = MemoryFile(zeros: bytes)
        }
        return MemoryLogFile(store: self, name: name, length: bytes)
    }

    package func open(_ name: String) throws -> any LogFile {
        guard let file = state.withLock({ $0.image.files[name] }) else {
            throw StorageError(.io, "There is no \(name).")
        }
        return MemoryLogFile(store: self, name: name, length: file.durable.count)
    }

    package func remove(_ name: String) throws {
        try change { state throws(StorageError) in state.image.files[name] = nil }
    }

    fileprivate func write(_ bytes: [UInt8], to name: String, at offset: Int) throws {
        try change { state throws(StorageError) in
            let fault = state.nextFault()
            // One that fails may have got to the disk all the same, or in part.
            if !state.crashed { state.image.files[name]?.write(bytes, at: offset) }
            if let fault { throw fault }
        }
    }

    fileprivate func flush(_ name: String) throws {
        waitWhileStalled()
        try change { state throws(StorageError) in
            if let fault = state.nextFault() { throw fault }
            if state.ignoresFlushes { return }
            state.image.files[name]?.flush()
            state.commits += 1
        }
    }

    private func change(_ body: (inout State) throws(StorageError) -> Void) throws(StorageError) {
        try state.withLock { state throws(StorageError) in
            defer { state.note() }
            try body(&state)
        }
    }

    /// Acknowledges flushes from now on without doing them, as a broken disk.
    package func ignoreFlushes() { state.withLock { $0.ignoresFlushes = true } }

    /// Changes a byte of a file behind its host's back, as a disk that rots.
    package func damage(_ name: String, at offset: Int) {
        state.withLock { state in
            guard let old = state.image.files[name]?.contents[offset] else { return }
            state.image.files[name]?.write([old ^ 0x10], at: offset)
            state.image.files[name]?.flush()
        }
    }
}

/// A file of the simulated disk, in use.
private final class MemoryLogFile: LogFile {
    let length: Int
    private let store: MemoryStore
    private let name: String

    init(store: MemoryStore, name: String, length: Int) {
        self.store = store
        self.name = name
        self.length = length
    }

    func read() throws -> [UInt8] {
        store.state.withLock { $0.image.files[name]?.contents } ?? []
    }

    func write(_ bytes: [UInt8], at offset: Int) throws { try store.write(bytes, to: name, at: offset) }

    func flush() throws { try store.flush(name) }

    func close() {}
}
