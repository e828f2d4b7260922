import DurableActors
import Foundation
import HostClient
import Testing

/// The examples in three processes, spoken to over real sockets through the one that owns none of their objects.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ForeignDoorTests {
    private final class Site {
        let directory = NSTemporaryDirectory() + "examples-\(UUID().uuidString)"
        var host: TestedHost

        init() throws { host = try Self.start(directory) }

        private static func start(_ directory: String) throws -> TestedHost {
            try TestedHost(executable: CommandLine.arguments[0], directory: directory, foreignDoor: true) {
                ExamplesNode.arguments + ["--data", $0]
            }
        }

        func crash() throws {
            host.kill()
            host = try Self.start(directory)
        }

        func text(_ method: String, _ path: String, _ body: String = "") throws -> String {
            try HTTPClient(port: host.port).request(method, path, body: Array(body.utf8)).text
        }

        func socket(_ path: String, from address: String = "") throws -> WebSocketClient {
            try WebSocketClient(port: host.port, path: path, headers: [("cf-connecting-ip", address)])
        }

        deinit {
            host.kill()
            // Silence is right: a directory left in the temporary folder is nobody's loss.
            try? FileManager.default.removeItem(atPath: directory)
        }
    }

    private func texts(_ socket: WebSocketClient, _ count: Int) throws -> [String] {
        try (0..<count).map { _ in
            guard case .text(let text) = try socket.receive() else { throw ClientError("The socket has ended") }
            return text
        }
    }

    @Test func `the examples behave through a door that owns none of their objects, and after all nodes have died`()
        throws
    {
        let site = try Site()
        #expect(try site.text("GET", "/increment?name=a") == "1")
        #expect(try site.text("GET", "/increment?name=a") == "2")
        #expect(try site.text("PUT", "/leftover/soup", "warm") == "warm")

        let room = try site.text("POST", "/api/room")
        let ada = try site.socket("/api/room/\(room)/websocket", from: "10.0.0.1")
        try ada.send(#"{"name":"ada"}"#)
        #expect(try texts(ada, 2) == [#"{"joined":"ada"}"#, #"{"ready":true}"#])
        let bob = try site.socket("/api/room/\(room)/websocket", from: "10.0.0.2")
        try bob.send(#"{"name":"bob"}"#)
        #expect(try texts(bob, 3).last == #"{"ready":true}"#)
        #expect(try texts(ada, 1) == [#"{"joined":"bob"}"#])
        for _ in 0..<5 { try ada.send(#"{"message":"hello"}"#) }
        #expect(try texts(bob, 4).allSatisfy { $0.hasPrefix(#"{"name":"ada","message":"hello","timestamp":"#) })
        #expect(try texts(ada, 5).last?.hasPrefix(#"{"error":"Too fast: wait"#) == true)
        try bob.close(code: 1000)
        #expect(try texts(ada, 1) == [#"{"quit":"bob"}"#])

        let (x, o) = (try site.socket("/game/g?player=x"), try site.socket("/game/g?player=o"))
        #expect(try texts(x, 2).first == #"{"you":"X"}"#)
        #expect(try texts(o, 2).first == #"{"you":"O"}"#)
        try x.send(#"{"cell":4}"#)
        #expect(try JSON.parse(try texts(o, 1)[0])["turn"] == "O")

        #expect(["queued", "running", "waiting"].contains(try site.text("PUT", "/approval/p")))
        try site.crash()

        #expect(try site.text("GET", "/increment?name=a") == "3")
        #expect(try site.text("GET", "/leftover/soup") == "warm")
        let again = try site.socket("/game/g?player=o")
        #expect(try texts(again, 1) == [#"{"you":"O"}"#])
        #expect(try JSON.parse(try texts(again, 1)[0])["board"]?.array?[4] == "X")
        _ = try site.text("POST", "/approval/p", #"{"approved":true}"#)
        while try site.text("GET", "/approval/p") != "complete" {}
    }
}
