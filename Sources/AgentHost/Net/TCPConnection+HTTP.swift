internal import DurableActors
internal import Locks

extension TCPConnection {
    /// Takes bytes that have come.
    func received(_ bytes: [UInt8]) {
        state.withLock { $0.exchange.feed(bytes) }
        passToSocket()
    }

    /// Hands a socket what has come, in turns only: what came behind the upgrade request goes before all later bytes.
    private func passToSocket() {
        let (socket, bytes) = state.withLock { state in
            (state.socket, state.socket == nil ? [] : state.exchange.takeRemainder())
        }
        socket?.received(bytes)
    }

    /// The peer has ended its direction.
    func ended() { state.withLock { $0.hasEnded = true } }

    /// Goes on with the requests that have come, or with the end after the last of them.
    func advance() {
        while let step = state.withLock({ $0.socket == nil ? $0.exchange.next() : nil }) {
            switch step {
            case .write(let bytes): state.withLock { $0.outbox.append(bytes) }
            case .handle(let head, let body): handle(head, body)
            case .refuse(let error): refuse(error)
            }
        }
        passToSocket()
        let isLost = state.withLock { state in
            guard state.hasEnded else { return false }
            // A client may end its direction after its request and still wait for the answer.
            if !state.exchange.isBusy { state.closesWhenFlushed = true }
            return state.socket != nil
        }
        if isLost { close() }
    }

    func refuse(_ error: HTTPParseError) {
        var encoder = ResponseEncoder(method: "GET", minorVersion: 1, keepAlive: false)
        let date = server.world.clock.nowMilliseconds / 1000
        let headers: Headers = ["content-type": "text/plain;charset=UTF-8"]
        do {
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
        var request = Request(
            "http://\(head.authority ?? "")\(head.pathAndQuery)",
            method: head.method,
            headers: head.headers,
            body: body.isEmpty ? nil : .bytes(body),
            redirect: .manual
        )
        // What a client says of its own address is not believed.
        request.headers.delete("cf-connecting-ip")
        if let clientAddress { request.headers.set("cf-connecting-ip", clientAddress) }
        Task(executorPreference: server.world.scheduler.taskExecutor) { [self, request] in
            let response = await server.respond(request)
            if response.status == 101, let webSocket = response.webSocket {
                upgrade(head, response, webSocket)
            } else {
                await answer(head, response)
            }
        }
    }

    private func answer(_ head: RequestHead, _ response: Response) async {
        var encoder = ResponseEncoder(answering: head)
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
                    // Nobody reads any more: leaving the loop also tells the stream's writer.
                    if isClosed { return }
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
            webSocket.setURL(head.pathAndQuery)
            let isClosed = state.withLock { state in
                guard !state.isClosed else { return true }
                state.outbox.append(bytes)
                state.socket = session
                return false
            }
            // The client has gone while its request was handled: the object must hear of it from here.
            if isClosed { return webSocket.terminate() }
            webSocket.attach(session)
            wake(readable: true)
        } catch {
            webSocket.terminate()
            let refusal = error as? WebSocketHandshake.Refusal
            refuse(HTTPParseError(status: refusal?.status ?? 400, reason: refusal?.reason ?? "Bad upgrade"))
        }
    }
}
