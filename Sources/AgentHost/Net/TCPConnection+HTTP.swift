internal import DurableActors
internal import Synchronization

extension TCPConnection {
    /// Takes bytes that have come.
    func received(_ bytes: [UInt8]) {
        let socket = state.withLock { state in
            if state.socket == nil { state.exchange.feed(bytes) }
            return state.socket
        }
        socket?.received(bytes)
    }

    /// The peer has ended its direction.
    func ended() {
        let isAnswering = state.withLock { $0.exchange.isBusy && $0.socket == nil }
        // A client may end its direction after its request and still wait for the answer.
        if isAnswering { state.withLock { $0.closesAfterAnswer = true } } else { close() }
    }

    /// Goes on with the requests that have come.
    func advance() {
        while let step = state.withLock({ $0.socket == nil ? $0.exchange.next() : nil }) {
            switch step {
            case .write(let bytes): state.withLock { $0.outbox.append(bytes) }
            case .handle(let head, let body): handle(head, body)
            case .refuse(let error): refuse(error)
            }
        }
    }

    private func refuse(_ error: HTTPParseError) {
        let encoder = ResponseEncoder(method: "GET", minorVersion: 1, keepAlive: false)
        let date = server.world.clock.nowMilliseconds / 1000
        let headers: Headers = ["content-type": "text/plain;charset=UTF-8"]
        do {
            var encoder = encoder
            let bytes = try encoder.encodeWhole(
                status: error.status,
                headers: headers,
                body: Array(error.reason.utf8),
                date: date
            )
            write(bytes, thenClose: true)
        } catch {
            close()
        }
    }

    private func handle(_ head: RequestHead, _ body: [UInt8]) {
        let request = Request(
            "http://\(head.authority ?? "")\(head.pathAndQuery)",
            method: head.method,
            headers: head.headers,
            body: body.isEmpty ? nil : .bytes(body)
        )
        Task(executorPreference: server.world.scheduler.taskExecutor) { [self] in
            let response = await server.respond(request)
            if response.status == 101, let webSocket = response.webSocket {
                upgrade(head, response, webSocket)
            } else {
                await answer(head, response)
            }
        }
    }

    private func answer(_ head: RequestHead, _ response: Response) async {
        let keepAlive = head.keepAlive && !state.withLock { $0.closesAfterAnswer }
        var encoder = ResponseEncoder(answering: head, keepAlive: keepAlive)
        let date = server.world.clock.nowMilliseconds / 1000
        do {
            switch response.body {
            case .stream(let stream):
                write(
                    try encoder.encodeHead(
                        status: response.status,
                        headers: response.headers,
                        body: .streaming,
                        date: date
                    )
                )
                for try await piece in stream {
                    await waitUntilDrained()
                    write(try encoder.encodeChunk(piece))
                }
                write(try encoder.encodeEnd(), thenClose: encoder.closesConnection)
            case .bytes(let bytes):
                write(
                    try encoder.encodeWhole(
                        status: response.status,
                        headers: response.headers,
                        body: bytes,
                        date: date
                    ),
                    thenClose: encoder.closesConnection
                )
            case nil:
                write(
                    try encoder.encodeWhole(
                        status: response.status,
                        headers: response.headers,
                        body: [],
                        date: date
                    ),
                    thenClose: encoder.closesConnection
                )
            }
        } catch {
            // The head may be out already: only ending the connection tells the client that the answer is not whole.
            server.log.error("An answer could not be written: \(error)")
            return close()
        }
        state.withLock { $0.exchange.answered() }
        wake(readable: true)
    }

    private func upgrade(_ head: RequestHead, _ response: Response, _ webSocket: WebSocket) {
        do {
            let offer = try WebSocketHandshake.check(head)
            var headers = Headers()
            for (name, value) in response.headers { headers.append(name, value) }
            let selected = response.headers.get("sec-websocket-protocol")
            for (name, value) in offer.responseHeaders(selecting: selected) { headers.set(name, value) }
            var encoder = ResponseEncoder(answering: head)
            let date = server.world.clock.nowMilliseconds / 1000
            let bytes = try encoder.encodeHead(status: 101, headers: headers, body: .known(0), date: date)
            let session = SocketSession(connection: self, webSocket: webSocket, limits: server.configuration.webSocket)
            let remainder = state.withLock { state in
                state.outbox.append(bytes)
                state.socket = session
                return state.exchange.takeRemainder()
            }
            webSocket.setURL(head.pathAndQuery)
            webSocket.attach(session)
            session.received(remainder)
            wake(readable: true)
        } catch {
            webSocket.terminate()
            let refusal = error as? WebSocketHandshake.Refusal
            refuse(HTTPParseError(status: refusal?.status ?? 400, reason: refusal?.reason ?? "Bad upgrade"))
        }
    }
}
