internal import FoundationEssentials

/// A membership in a file of JSON, as ``ClusterMembership/init(json:)`` reads it.
///
/// Whoever changes it should write another file and rename it, so that no node reads a half.
public struct FileClusterStore: ClusterStore {
    private let path: String

    /// Makes a store of the file at a path; each reading opens it anew.
    public init(path: String) { self.path = path }

    /// Reads the file.
    ///
    /// - Throws: ``ClusterError`` if its content is wrong, or the system's error if it cannot be read.
    public func newest() async throws -> ClusterMembership {
        let data = try Data(contentsOf: URL(filePath: path))
        return try ClusterMembership(json: String(decoding: data, as: UTF8.self))
    }
}
