import CCrypto
package import DurableActors

/// The opening handshake of RFC 6455, section 4; no extension is ever agreed to.
package enum WebSocketHandshake {
    /// An HTTP answer that refuses an upgrade.
    package struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        /// The status code of the answer.
        package let status: Int

        /// What the request lacks.
        package let reason: String

        /// Fields the answer has to carry.
        package let headers: Headers

        /// The status code followed by the reason.
        package var description: String { "\(status): \(reason)" }

        init(_ status: Int, _ reason: String, headers: Headers = Headers()) {
            self.status = status
            self.reason = reason
            self.headers = headers
        }
    }

    /// A valid upgrade request.
    package struct Offer: Sendable, Equatable {
        /// The value for the answer's `Sec-WebSocket-Accept`.
        package let acceptValue: String

        /// The subprotocols the client offers, best first.
        package let protocols: [String]

        /// Returns the fields of the 101 answer, which also agrees to a subprotocol when one is given.
        ///
        /// The subprotocol should be one of `protocols`; clients drop the connection for any other.
        package func responseHeaders(selecting subprotocol: String? = nil) -> Headers {
            var headers: Headers = [
                "Upgrade": "websocket",
                "Connection": "Upgrade",
                "Sec-WebSocket-Accept": acceptValue,
            ]
            if let subprotocol { headers.append("Sec-WebSocket-Protocol", subprotocol) }
            return headers
        }
    }

    /// Returns whether a request asks for a WebSocket, whether or not it does so validly.
    package static func isUpgrade(_ head: RequestHead) -> Bool {
        head.headers.hasToken("websocket", in: "upgrade")
    }

    /// Checks an upgrade request.
    ///
    /// - Parameter head: The request's head.
    /// - Returns: What is needed to answer it.
    /// - Throws: `Refusal` with status 400, 405 or 426.
    package static func check(_ head: RequestHead) throws(Refusal) -> Offer {
        let headers = head.headers
        guard head.method == "GET" else {
            throw Refusal(405, "A WebSocket is opened with GET.", headers: ["Allow": "GET"])
        }
        guard head.minorVersion >= 1 else { throw Refusal(400, "A WebSocket needs HTTP/1.1.") }
        guard isUpgrade(head) else {
            throw Refusal(426, "The request has no Upgrade: websocket.", headers: upgradeHeaders)
        }
        guard headers.hasToken("upgrade", in: "connection") else {
            throw Refusal(400, "The Connection field does not name upgrade.")
        }
        guard head.contentLength ?? 0 == 0, !head.isChunked else {
            throw Refusal(400, "An upgrade request has no body.")
        }
        guard headers.getAll("sec-websocket-version") == ["13"] else {
            throw Refusal(426, "Only WebSocket version 13 is supported.", headers: upgradeHeaders)
        }
        let keys = headers.getAll("sec-websocket-key")
        guard keys.count == 1, Base64.decode(keys[0])?.count == 16 else {
            throw Refusal(400, "The Sec-WebSocket-Key is not 16 bytes in base64.")
        }
        return Offer(
            acceptValue: acceptValue(for: keys[0]),
            protocols: headers.elements(of: "sec-websocket-protocol").map { String($0) }
        )
    }

    /// Returns the `Sec-WebSocket-Accept` value that answers a key.
    package static func acceptValue(for key: String) -> String {
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
        // Safe because SHA1 reads `text.count` bytes and writes the 20 bytes `digest` has.
        _ = unsafe SHA1(text, text.count, &digest)
        return Base64.encode(digest)
    }

    private static var upgradeHeaders: Headers {
        ["Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"]
    }
}
