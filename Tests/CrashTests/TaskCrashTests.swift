import DurableActors
import Foundation
import HostClient
import Testing

/// Kills the reference application in the midst of users' commands.
@Suite(.serialized) struct TaskCrashTests {
    static let kills = 8

    @Test(.timeLimit(.minutes(5)))
    func `a command runs once and its task completes, however often the host is killed meanwhile`() throws {
        let site = try TaskSite()
        defer { site.remove() }
        var random = SplitMix(state: 3)
        var host = try site.start()
        let (key, session) = try site.signUp(host)
        for round in 0..<Self.kills {
            let http = try HTTPClient(port: host.port)
            // The command ends when the test lets it: at a kill it is surely running.
            let command = "echo run-\(round) >> runs; cat go-\(round) > /dev/null; echo done-\(round)"
            try site.makePipe("go-\(round)", session)
            let socket = try site.socket(host, key, session)
            let workflow = try site.task(http, key, session, command)
            if random.next() % 2 == 0 { try site.waitForFrame(socket, workflow, "executing") }
            host.kill()
            host = try site.start()
            try site.releasePipe("go-\(round)", session)
            let end = try site.waitForCompletion(try HTTPClient(port: host.port), workflow)
            #expect(end["output"]?["output"] == .string("done-\(round)\n"))
        }
        let runs = try String(contentsOfFile: site.home(session) + "/runs", encoding: .utf8)
        #expect(runs == (0..<Self.kills).map { "run-\($0)\n" }.joined())
        let account = try HTTPClient(port: host.port).request("GET", "/api/account", headers: [("x-api-key", key)])
        #expect(try account.json()["credits"]?.int == 100 - Self.kills)
        host.stop()
    }

    @Test(.timeLimit(.minutes(1)), .enabled(if: geteuid() == 0, "sandboxes have users of their own only under root"))
    func `a command cannot read the host's data`() throws {
        let site = try TaskSite()
        defer { site.remove() }
        let host = try site.start()
        defer { host.stop() }
        let (key, session) = try site.signUp(host)
        let http = try HTTPClient(port: host.port)
        let workflow = try site.task(http, key, session, "cat \(site.data)/store/data.mdb; ls \(site.data); id -u; env")
        let output = try site.waitForCompletion(http, workflow)["output"]?["output"]?.string ?? ""
        #expect(output.contains("cat: \(site.data)/store/data.mdb: Permission denied"))
        #expect(output.contains("ls: cannot open directory"))
        #expect(!output.contains("\n0\n"))
        #expect(!output.contains("SANDBOX_SUPERVISOR"))
    }
}
