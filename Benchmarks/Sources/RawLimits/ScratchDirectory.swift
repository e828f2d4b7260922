internal import FoundationEssentials

/// A directory of one case's own, removed when the case is done.
struct ScratchDirectory: Sendable {
    let path: String

    /// Creates an empty directory, removing what an interrupted run left there.
    init(_ name: String, in parent: String) throws {
        let url = URL(filePath: parent).appending(path: name)
        if FileManager.default.fileExists(atPath: url.path) { try FileManager.default.removeItem(at: url) }
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    func remove() throws {
        try FileManager.default.removeItem(atPath: path)
    }
}
