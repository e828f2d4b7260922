import AgentHost
import DurableActors
import Glibc
import HostClient
import Testing

/// How connections begin and end at awkward moments.
@Suite(.timeLimit(.minutes(1))) struct ConnectionEndTests {
    private static let ready = 3

    private func host() throws -> LoopbackHost { try LoopbackHost(agent: NoteAgent.self, environment: .init()) }

    private func connected(_ host: LoopbackHost) throws -> WebSocketClient {
        let socket = try host.socket("/agents/note-agent/room")
        for _ in 0..<Self.ready { _ = try socket.receive() }
        return socket
    }

    @Test func `an object that is reset loses all its connections, and the host goes on`() throws {
        let host = try host()
        let (first, second) = (try connected(host), try connected(host))
        try first.send("reset")
        #expect(try first.receive() == .lost)
        #expect(try second.receive() == .lost)
        try connected(host).send("close me")
        #expect(try host.http().request("GET", "/agents/note-agent/room").status == 200)
    }

    @Test func `the system asks the peer of a connection for signs of life`() throws {
        let host = try host()
        let socket = try ClientSocket(port: host.port)
        // Once a later one is answered, this one has been accepted.
        let later = try host.http()
        #expect(try later.request("GET", "/agents/note-agent/room").status == 200)
        let asks = Self.acceptedDescriptors(on: host.port).map { descriptor in
            var (value, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
            // Safe because both pointers are to locals of the sizes that are passed.
            let outcome = unsafe getsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &value, &size)
            return outcome == 0 && value != 0
        }
        #expect(!asks.isEmpty && asks.allSatisfy { $0 })
        // Until here neither is closed, on either side.
        withExtendedLifetime(socket) {}
        withExtendedLifetime(later) {}
    }

    /// The descriptors of this process that are the accepting ends of connections to a port.
    private static func acceptedDescriptors(on port: Int) -> [Int32] {
        (3..<4096).filter { descriptor in
            var (address, peer) = (sockaddr_in(), sockaddr_in())
            func ask(
                _ call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32,
                _ into: inout sockaddr_in
            ) -> Bool {
                var size = socklen_t(MemoryLayout<sockaddr_in>.size)
                // Safe because the memory is a local's, of the size that is passed.
                return unsafe withUnsafeMutablePointer(to: &into) { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        unsafe call(descriptor, $0, &size) == 0
                    }
                }
            }
            return unsafe ask(getsockname, &address) && ask(getpeername, &peer)
                && address.sin_port == UInt16(port).bigEndian
        }
    }

    @Test func `an object is reset while it still tells itself of a client that has closed and gone`() throws {
        let host = try host()
        for _ in 0..<8 {
            try connected(host).close(code: 3000, reason: "stay")
            _ = try host.http().request("GET", "/agents/note-agent/room")
            #expect(try host.http().request("GET", "/agents/note-agent/room?reset=1").status == 500)
        }
        #expect(try host.http().request("GET", "/agents/note-agent/room").status == 200)
    }

    @Test(arguments: [1, 4 << 20])
    func `a client that ends its direction behind its requests gets every answer whole`(bytes: Int) throws {
        let host = try host()
        for _ in 0..<8 {
            let http = try host.http()
            let request = "GET /agents/note-agent/room?bytes=\(bytes) HTTP/1.1\r\nHost: x\r\n\r\n"
            try http.send(Array((request + request).utf8))
            http.endSending()
            #expect(try http.readAnswer().body.count == bytes)
            #expect(try http.readAnswer().body.count == bytes)
            #expect(throws: ClientError.self) { try http.readAnswer() }
        }
    }

    @Test func `frames sent behind the upgrade request, before its answer, are handled in their order`() throws {
        let host = try host()
        for _ in 0..<16 {
            let socket = try ClientSocket(port: host.port)
            let request = try WebSocketHandshake.request(
                host: "x",
                target: "/agents/note-agent/room",
                key: [UInt8](repeating: 7, count: 16),
                headers: Headers()
            )
            let texts = (0..<40).map { "message \($0)" }
            let frames = texts.map { FrameEncoder.text($0, mask: MaskKey(1)) }
            try socket.write(request + frames[0])
            for frame in frames.dropFirst() { try socket.write(frame) }
            var received = ""
            while !received.contains("echo \(texts[39])"), let bytes = try socket.read() {
                received += String(decoding: bytes.filter { $0 < 0x80 }, as: UTF8.self)
            }
            let places = texts.map { received.firstRange(of: "echo \($0)")?.lowerBound }
            #expect(places.allSatisfy { $0 != nil })
            #expect(places.compactMap { $0 }.isSorted)
        }
    }
}

extension [String.Index] {
    fileprivate var isSorted: Bool { zip(self, dropFirst()).allSatisfy { $0 <= $1 } }
}
