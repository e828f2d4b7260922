import AgentHost
import DurableActors
import Foundation
import Testing
import Workflows

@testable import Examples

/// The examples as a program: this test program, run again with `--data DIRECTORY` and what says that it is a node.
enum ExamplesNode {
    /// How the program is run so that it serves and does not test.
    static let arguments = ["--testing-library", "swift-testing", "--filter", "ExamplesTests.NodeSuite"]

    /// Where this process is to have its data; nil where it is to test.
    static let directory: String? = {
        let arguments = CommandLine.arguments
        return arguments.firstIndex(of: "--data").map { arguments[$0 + 1] }
    }()

    /// Serves until the process is ended.
    static func run(_ directory: String) throws {
        var configuration = ObjectHost.Configuration(dataDirectory: directory)
        configuration.port = 0
        let host = try ObjectHost(configuration, log: EventLog { print($0) })
        var arguments = CommandLine.arguments
        if let cluster = try ClusterOptions(takenFrom: &arguments) { try host.join(cluster) }
        let doors = try ExampleDoors(host.runtime)
        let (_, port) = try host.serve { try await doors.fetch($0) }
        print("the examples' node listens on http://127.0.0.1:\(port)")
        fflush(nil)
        ObjectHost.waitForEnd()
    }
}

@Suite struct NodeSuite {
    @Test(.enabled(if: ExamplesNode.directory != nil, "serves where this process is a node of the examples"))
    func `a node of the examples serves them`() throws { try ExamplesNode.run(try #require(ExamplesNode.directory)) }
}

/// The doors of the examples behind one port.
struct ExampleDoors: Sendable {
    private let counters: CounterDoor
    private let chat: ChatDoor
    private let games: DurableObjectNamespace<GameRoom>
    private let leftovers: DurableObjectNamespace<Perishable>
    private let approvals: Workflow<HumanApproval>

    init(_ runtime: DurableObjectRuntime) throws {
        counters = CounterDoor(
            counters: try runtime.register(Counter.self, binding: "COUNTERS", uniqueKey: "counters")
        )
        chat = try ChatDoor(registeredIn: runtime)
        games = try runtime.register(GameRoom.self, binding: "GAMES", uniqueKey: "games")
        leftovers = try runtime.register(Perishable.self, binding: "LEFTOVERS", uniqueKey: "leftovers")
        approvals = try runtime.registerWorkflow(HumanApproval.self, binding: "APPROVAL", name: "approval") { _, _ in }
        try runtime.start(environment: NoEnv())
    }

    func fetch(_ request: Request) async throws -> Response {
        let path = request.url.segments
        switch path.first {
        case "api": return try await chat.fetch(request)
        case "game" where path.count == 2: return try await games.getByName(path[1]).fetch(request)
        case "leftover" where path.count == 2:
            let leftover = leftovers.getByName(path[1])
            if request.method == "PUT" { try await leftover.set(try await request.text(), lifetime: 60_000) }
            return Response(try await leftover.get() ?? "nothing")
        case "approval" where path.count == 2:
            if request.method == "PUT" {
                _ = try await approvals.create(id: path[1], params: Proposal(title: "a sofa", approver: "ada"))
            }
            let instance = try await approvals.get(path[1])
            if request.method == "POST" {
                try await instance.sendEvent(type: "approval", payload: try JSON.parse(try await request.text()))
            }
            return Response(try await instance.status().status.rawValue)
        default: return try await counters.fetch(request)
        }
    }
}
