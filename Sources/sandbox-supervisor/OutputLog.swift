import Sandbox

/// The kept output of a running job: appended to its file up to a cap, then only counted as dropped.
final class OutputLog {
    private let file: Descriptor
    private let cap: Int
    /// How many bytes the file has.
    private(set) var size = 0
    private(set) var truncated = false

    init(file: Descriptor, cap: Int) {
        self.file = file
        self.cap = cap
    }

    /// Keeps what fits under the cap, and notes once that the rest is dropped.
    func append(_ bytes: [UInt8]) {
        guard !truncated else { return }
        let room = cap - size
        write(bytes.prefix(room))
        if bytes.count > room { truncate("[output beyond \(cap) bytes was dropped]") }
    }

    private func truncate(_ note: String) {
        truncated = true
        write([UInt8]("\n\(note)\n".utf8)[...])
    }

    private func write(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            do {
                let count = try file.write(rest)
                size += count
                rest = rest.dropFirst(count)
            } catch {
                // A full disk costs output, never the job: from here on output is dropped.
                Log.write("output lost: \(error)")
                truncated = true
                return
            }
        }
    }
}
