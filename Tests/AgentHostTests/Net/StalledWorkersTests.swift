import AgentHost
import Dispatch
import Distributed
import DurableActors
import HostClient
import Testing

/// Objects that hold their threads, one more than there are workers, and a host that serves the others all the same.
@Suite(.timeLimit(.minutes(1))) struct StalledWorkersTests {
    /// Blocks its thread until the test lets it go.
    distributed actor Blocker: DurableObject {
        struct Env: Sendable {
            let entered = DispatchSemaphore(value: 0)
            let release = DispatchSemaphore(value: 0)
        }

        let ctx: DurableObjectState
        let env: Env

        init(ctx: DurableObjectState, env: Env) {
            self.ctx = ctx
            self.env = env
            actorSystem = ctx.actorSystem
        }

        distributed func fetch(_ request: Request) async throws -> Response {
            if request.url.pathname.hasPrefix("/block") { block() }
            return Response("done")
        }

        private func block() {
            env.entered.signal()
            env.release.wait()
        }
    }

    @Test func `with one blocked object more than workers, sockets and other objects are served`() throws {
        let environment = Blocker.Env()
        let workers = 2
        let host = try LoopbackHost(
            workers: workers,
            withoutNodesBecause: "the test lets go of threads that the objects hold"
        ) { runtime in
            let blockers = try runtime.register(Blocker.self, binding: "BLOCKER", uniqueKey: "blocker")
            try runtime.start(environment: environment)
            return { request in try await blockers.fetch(blockers.idFromName(request.url.pathname), request) }
        }
        let blocked = try (0...workers).map { number in
            let http = try host.http()
            try http.send(Array("GET /block-\(number) HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            environment.entered.wait()
            return http
        }
        #expect(try host.http().request("GET", "/free").text == "done")
        for _ in blocked { environment.release.signal() }
        for http in blocked { #expect(try http.readAnswer().text == "done") }
    }
}
