internal import AgentHost
internal import DurableActors

/// Where an agent is reached: scheme, host with port, and the target of the request line.
public struct AgentAddress: Sendable, Hashable {
    /// Whether the way is to be by TLS.
    public let isSecure: Bool
    /// The host with its port, where it is not the default.
    public let host: String
    /// The path and the query.
    public let target: String

    /// The address of a socket; `connectionId` is the query's first pair.
    init(
        socketOf options: AgentClientOptions,
        connectionId: String,
        query: [(name: String, value: String?)]
    ) throws(AgentClientError) {
        try self.init(options, query: [("_pk", connectionId)] + query)
    }

    /// The address of a request that is not an upgrade.
    init(
        requestOf options: AgentClientOptions,
        query: [(name: String, value: String?)]
    ) throws(AgentClientError) {
        try self.init(options, query: query)
    }

    private init(
        _ options: AgentClientOptions,
        query: [(name: String, value: String?)]
    ) throws(AgentClientError) {
        host = Self.host(options.host)
        isSecure = (options.scheme ?? Self.scheme(for: host)) == .wss
        var path = "/" + (options.basePath ?? "\(options.prefix)/\(KebabCase.convert(options.agent))/\(options.name)")
        if let rest = options.path {
            guard !rest.hasPrefix("/") else { throw .invalidAddress("The path \(rest) starts with a slash") }
            path += "/" + rest
        }
        guard !path.contains("#"), !path.contains("?") else {
            throw .invalidAddress("The path \(path) has a # or ? in it")
        }
        let pairs = query.compactMap { pair in
            pair.value.map { Self.formEncoded(pair.name) + "=" + Self.formEncoded($0) }
        }
        target = Self.pathEncoded(path) + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    /// The address as the URL of a request.
    func url(webSocket: Bool) -> String {
        let scheme = webSocket ? (isSecure ? "wss" : "ws") : (isSecure ? "https" : "http")
        return "\(scheme)://\(host)\(target)"
    }

    private static func host(_ text: String) -> String {
        var host = text[...]
        for scheme in ["https://", "http://", "wss://", "ws://"] where host.hasPrefix(scheme) {
            host = host.dropFirst(scheme.count)
        }
        if host.hasSuffix("/") { host = host.dropLast() }
        return String(host)
    }

    private static func scheme(for host: String) -> AgentClientOptions.Scheme {
        let local = ["localhost:", "127.0.0.1:", "192.168.", "10.", "[::ffff:7f00:1]:"]
        if local.contains(where: host.hasPrefix) { return .ws }
        let parts = host.split(separator: ".")
        guard parts.count > 1, parts[0] == "172", ("16"..."31").contains(String(parts[1])) else { return .wss }
        return .ws
    }

    /// What stays as it is in a path; the rest is percent-encoded as a browser's URL parser does.
    private static func pathEncoded(_ text: String) -> String {
        percentEncoded(text) { (0x21...0x7E).contains($0) && !#""<>^`{}"#.utf8.contains($0) }
    }

    private static func formEncoded(_ text: String) -> String {
        percentEncoded(text) { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "*-._ ".utf8.contains(byte)
            }
        }.replacing(" ", with: "+")
    }

    private static func percentEncoded(_ text: String, keeps: (UInt8) -> Bool) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            if keeps(byte) {
                result.append(byte)
            } else {
                result.append(UInt8(ascii: "%"))
                result += Hex.encode([byte]).uppercased().utf8
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
