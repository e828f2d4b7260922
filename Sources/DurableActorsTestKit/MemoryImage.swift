internal import DurableActors

/// Every table of a store, as a value.
struct MemoryTables: Sendable, Equatable {
    var rows = StoreTable.allCases.map { _ in MemoryRows() }
}

/// A file of a simulated disk: what is durable, and what was written since the last flush.
struct MemoryFile: Sendable {
    struct Write: Sendable {
        let offset: Int
        let bytes: [UInt8]
    }

    private(set) var durable: [UInt8]
    private(set) var pending: [Write] = []

    init(zeros count: Int) { durable = [UInt8](repeating: 0, count: count) }

    /// The file as its host sees it.
    var contents: [UInt8] {
        var file = self
        file.flush()
        return file.durable
    }

    mutating func write(_ bytes: [UInt8], at offset: Int) {
        precondition(offset >= 0 && offset + bytes.count <= durable.count, "A write goes beyond its file.")
        pending.append(Write(offset: offset, bytes: bytes))
    }

    mutating func flush() {
        for write in pending {
            durable.replaceSubrange(write.offset..<write.offset + write.bytes.count, with: write.bytes)
        }
        pending = []
    }

    /// Loses what was not flushed, but for the pieces that chance keeps.
    mutating func lose(keepingBy random: SeededRandom?) {
        defer { pending = [] }
        guard let random else { return }
        for write in pending {
            var start = 0
            while start < write.bytes.count {
                let end = min(write.bytes.count, start + 1 + random.below(random.below(2) == 0 ? 16 : 512))
                if random.below(3) > 0 {
                    durable.replaceSubrange(write.offset + start..<write.offset + end, with: write.bytes[start..<end])
                }
                start = end
            }
        }
    }
}

/// All that is on a simulated disk.
struct MemoryImage: Sendable {
    var tables = MemoryTables()
    var files: [String: MemoryFile] = [:]

    func afterPowerCut(tornBy random: SeededRandom?) -> MemoryImage {
        var image = self
        for name in files.keys.sorted() { image.files[name]?.lose(keepingBy: random) }
        return image
    }
}

/// The disk after a step, and how many commits there had been.
struct MemoryMoment: Sendable {
    let image: MemoryImage
    let commits: Int
}
