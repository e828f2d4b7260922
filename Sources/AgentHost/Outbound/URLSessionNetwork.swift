public import DurableActors
internal import Foundation
internal import FoundationNetworking

/// The network of a real process: HTTP and HTTPS by Foundation's client, without cookies and without a cache.
///
/// Answers stream; requests are sent whole. Compressed answers arrive unpacked, without the fields that said how long they
/// were and how they were packed. A field that an answer has several times arrives once, its values joined by commas.
public final class URLSessionNetwork: Network {
    /// Bounds of the network.
    public struct Configuration: Sendable {
        /// How long a server may say nothing before the exchange fails, in seconds.
        public var silenceSeconds = 600.0
        /// How many bytes of a request's body are sent at most.
        public var maximumRequestBytes = 100 << 20
        /// How many bytes of an answer may have come and not been read before the answer fails: nothing slows a server
        /// down whose answer nobody reads.
        public var maximumUnreadBytes = 64 << 20

        /// The defaults.
        public init() {}
    }

    private let configuration: Configuration
    private let exchanges = OutboundExchanges()
    private let session: URLSession

    /// Makes a network; it opens connections as they are needed and keeps them for a while.
    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        let settings = URLSessionConfiguration.ephemeral
        settings.httpCookieStorage = nil
        settings.httpShouldSetCookies = false
        settings.urlCache = nil
        settings.timeoutIntervalForRequest = configuration.silenceSeconds
        settings.httpMaximumConnectionsPerHost = 64
        session = URLSession(configuration: settings, delegate: exchanges, delegateQueue: nil)
    }

    deinit { session.invalidateAndCancel() }

    /// Sends a request; see `Network`.
    public func exchange(_ request: Request) async throws -> Response {
        let exchange = OutboundExchange(
            task: session.dataTask(with: try await translate(request)),
            method: request.method,
            maximumUnreadBytes: configuration.maximumUnreadBytes
        )
        exchanges.add(exchange)
        return try await exchange.begin()
    }

    private func translate(_ request: Request) async throws -> URLRequest {
        guard let url = URL(string: "\(request.url)") else {
            throw DurableObjectError(.invalidArgument, "Fetch API cannot load: \(request.url)", name: "TypeError")
        }
        var translated = URLRequest(url: url)
        translated.httpMethod = request.method
        for (name, value) in request.headers {
            guard Headers.isValidName(name), Headers.isValidValue(value) else {
                throw DurableObjectError(.invalidArgument, "Invalid header: \(name)", name: "TypeError")
            }
            translated.addValue(value, forHTTPHeaderField: name)
        }
        if let body = request.body { translated.httpBody = Data(try await collect(body)) }
        return translated
    }

    private func collect(_ body: Body) async throws -> [UInt8] {
        var all: [UInt8] = []
        switch body {
        case .bytes(let bytes): all = bytes
        case .stream(let stream):
            for try await piece in stream {
                all += piece
                if all.count > configuration.maximumRequestBytes { break }
            }
        }
        guard all.count <= configuration.maximumRequestBytes else {
            throw DurableObjectError(
                .invalidArgument,
                "A request's body cannot be larger than \(configuration.maximumRequestBytes) bytes.",
                name: "RangeError"
            )
        }
        return all
    }
}
