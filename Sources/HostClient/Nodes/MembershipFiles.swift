internal import Cluster
internal import FoundationEssentials

/// A membership of a door and the owners of its objects, in files, as programs that are nodes are told it.
package struct MembershipFiles {
    /// The owners' names.
    package let owners: [String]
    private let membership: String
    private let secret: String

    /// Writes the files into a directory, which it makes; what was written at the first start holds for all later ones.
    package init(_ directory: String, owners count: Int = 2) throws {
        owners = LoopbackMembership.owners(count)
        (membership, secret) = (directory + "/cluster.json", directory + "/cluster.secret")
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o711]
        )
        guard !FileManager.default.fileExists(atPath: membership) else { return }
        try "a secret of nodes under test".write(toFile: secret, atomically: true, encoding: .utf8)
        try LoopbackMembership.make(owners: count).json.write(toFile: membership, atomically: true, encoding: .utf8)
    }

    /// What tells a program that it is the node of a name.
    package func arguments(_ name: String) -> [String] {
        ["--cluster", membership, "--node", name, "--secret", secret]
    }
}
