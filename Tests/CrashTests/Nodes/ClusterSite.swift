import DurableActors
import Foundation
import HostClient

/// Several nodes as processes over data directories of their own, and the file of their membership.
final class ClusterSite {
    /// What a node says of itself.
    struct Standing {
        let epoch: Int
        let isSettled: Bool
        let owned: [Int]
    }

    private let directory = NSTemporaryDirectory() + "cluster-site-\(UUID().uuidString)"
    private var file: String { directory + "/cluster.json" }
    private var secret: String { directory + "/secret" }
    private let switches: [String]
    private let peerPorts: [String: Int32]
    private(set) var epoch = 0
    private(set) var hosts: [String: HostProcess] = [:]

    /// Makes room for nodes, none of which runs yet; each is started with the switches.
    init(names: [String], switches: [String] = []) throws {
        self.switches = switches
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        peerPorts = Dictionary(uniqueKeysWithValues: zip(names, try LoopbackMembership.freePorts(names.count)))
        try "a secret that is long enough".write(toFile: secret, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret)
    }

    /// Ends all nodes, and removes their data where nothing is to be looked into.
    func remove() {
        for host in hosts.values { host.kill() }
        // Silence is right: a directory left in the temporary folder is nobody's loss.
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Writes the membership of the next epoch and has the nodes that run read it.
    func change(to weights: [String: Int]) throws {
        epoch += 1
        let nodes = weights.sorted { $0.key < $1.key }.map { name, weight -> JSONValue in
            let address = "127.0.0.1:\(peerPorts[name] ?? 0)"
            return ["name": .string(name), "peerAddress": .string(address), "weight": .integer(Int64(weight))]
        }
        let membership: JSONValue = ["epoch": .integer(Int64(epoch)), "nodes": .array(nodes)]
        try membership.description.write(toFile: file, atomically: true, encoding: .utf8)
        for host in hosts.values { host.send(SIGHUP) }
    }

    @discardableResult
    func start(_ name: String) throws -> HostProcess {
        let host = try HostProcess(
            executable: try Products.path("crash-host"),
            arguments: [directory + "/" + name, "--cluster", file, "--node", name, "--secret", secret] + switches,
            errorFile: log(name)
        )
        hosts[name] = host
        return host
    }

    func kill(_ name: String) { hosts.removeValue(forKey: name)?.kill() }

    /// The ports at which clients find the nodes that run, in order of their names.
    var doors: [Int] { hosts.sorted { $0.key < $1.key }.map(\.value.port) }

    /// What the nodes have complained of.
    func complaints() -> String {
        peerPorts.keys.sorted().map { name in
            // Silence is right: a node that has not run has no log.
            let text = (try? String(contentsOfFile: log(name), encoding: .utf8)) ?? ""
            return text.split(separator: "\n").suffix(20).map { "\(name): \($0)" }.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    func standing(_ name: String) throws -> Standing {
        guard let host = hosts[name] else { throw ClientError("Node \(name) does not run") }
        let answer = try HTTPClient(port: host.port).request("GET", "/standing").json()
        return Standing(
            epoch: answer["epoch"]?.int ?? 0,
            isSettled: answer["isSettled"]?.bool ?? false,
            owned: answer["owned"]?.array?.compactMap(\.int) ?? []
        )
    }

    /// Asks until every node that runs has what the newest membership gives it; each answer comes from a node at work.
    func waitUntilSettled() throws {
        for name in hosts.keys.sorted() {
            while true {
                let standing = try standing(name)
                if standing.epoch == epoch, standing.isSettled { break }
            }
        }
    }

    /// What is wrong with who owns what: each of the 4,096 shards must have one owner.
    func ownershipViolations() throws -> [String] {
        var owners: [Int: [String]] = [:]
        for name in hosts.keys.sorted() {
            for shard in try standing(name).owned { owners[shard, default: []].append(name) }
        }
        return (0..<4096).filter { owners[$0]?.count != 1 }.map { "shard \($0) is owned by \(owners[$0] ?? [])" }
    }

    private func log(_ name: String) -> String { directory + "/" + name + ".log" }
}
