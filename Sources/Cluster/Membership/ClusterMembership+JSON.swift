internal import DurableActors

/// How a membership is written down:
/// `{"epoch": 1, "nodes": [{"name": "a", "peerAddress": "10.0.0.1:7000", "weight": 1}]}`, where a weight of 1 may be
/// left out.
extension ClusterMembership {
    /// Reads a membership from JSON.
    ///
    /// - Throws: ``ClusterError`` that says where what is wrong; keys that are not known are wrong too.
    public init(json text: some StringProtocol) throws(ClusterError) {
        let value: JSONValue
        do {
            value = try JSON.parse(text)
        } catch {
            throw ClusterError(.invalid, "The membership is not JSON: \(error)")
        }
        let members = try Self.members(value, "The membership", allowed: ["epoch", "nodes"])
        guard let epoch = members["epoch"]?.int, epoch >= 1 else {
            throw ClusterError(.invalid, "The membership's \"epoch\" must be an integer of at least 1.")
        }
        guard let list = members["nodes"]?.array else {
            throw ClusterError(.invalid, "The membership's \"nodes\" must be an array.")
        }
        var nodes: [ClusterNode] = []
        for (index, item) in list.enumerated() { nodes.append(try Self.node(item, "Node \(index)")) }
        try self.init(epoch: UInt64(epoch), nodes: nodes)
    }

    /// The membership as JSON that reads back as the same.
    public var json: String {
        let items = nodes.map { node -> JSONValue in
            [
                "name": .string(node.name), "peerAddress": .string(node.peerAddress), "weight": .double(node.weight),
            ]
        }
        let value: JSONValue = ["epoch": .integer(Int64(clamping: epoch)), "nodes": .array(items)]
        return value.description
    }

    private static func node(_ value: JSONValue, _ place: String) throws(ClusterError) -> ClusterNode {
        let members = try members(value, place, allowed: ["name", "peerAddress", "weight"])
        guard let name = members["name"]?.string, let address = members["peerAddress"]?.string else {
            throw ClusterError(.invalid, "\(place) must have a \"name\" and a \"peerAddress\", which are texts.")
        }
        guard let weight = members["weight"] else { return ClusterNode(name: name, peerAddress: address) }
        guard let number = weight.double else {
            throw ClusterError(.invalid, "\(place)'s \"weight\" must be a number.")
        }
        return ClusterNode(name: name, peerAddress: address, weight: number)
    }

    private static func members(
        _ value: JSONValue,
        _ place: String,
        allowed: Set<String>
    ) throws(ClusterError) -> JSONObject {
        guard case .object(let members) = value else {
            throw ClusterError(.invalid, "\(place) must be an object.")
        }
        if let unknown = members.keys.first(where: { !allowed.contains($0) }) {
            throw ClusterError(.invalid, "\(place) has an unknown key \"\(unknown)\".")
        }
        return members
    }
}
