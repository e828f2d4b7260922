import DurableActors
import Foundation
import HostClient
import Synchronization
import Testing

/// Kills a real host while workflows run, and holds what was answered of them against what is there afterwards.
@Suite(.serialized) struct WorkflowCrashTests {
    static let kills = 40
    static let perKill = 4

    @Test(.timeLimit(.minutes(10)))
    func `an instance that was answered for reaches its end, and no completed step runs again, over 40 kills`() throws {
        let directory = NSTemporaryDirectory() + "workflow-crash-\(getpid())"
        // Silence is right: there is nothing to remove on a first run, and a leftover is nobody's loss.
        try? FileManager.default.removeItem(atPath: directory)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var random = SplitMix(state: 11)
        var acknowledged: [String] = []
        var results: [String: JSONValue] = [:]
        for round in 0..<Self.kills {
            let host = try TestedHost.crashHost(directory)
            let http = try HTTPClient(port: host.port)
            for (id, output) in results {
                #expect(try report(http, id)["output"] == output, "a result that was answered has changed")
            }
            for number in 0..<Self.perKill {
                let id = "tally-\(round)-\(number)"
                guard try http.request("POST", "/workflow/\(id)").status == 200 else { continue }
                acknowledged.append(id)
            }
            // A few looks of a random number put the kill at another moment of the run each time.
            for _ in 0..<(random.next() % 12) {
                guard let id = acknowledged.last else { break }
                let now = try report(http, id)
                if now["status"] == "complete" { results[id] = now["output"] }
            }
            host.kill()
        }
        let host = try TestedHost.crashHost(directory)
        defer { host.stop() }
        let http = try HTTPClient(port: host.port)
        for id in acknowledged {
            let end = try finished(http, id)
            #expect(end["output"] == end["ran"], "a step of \(id) ran again after it had completed")
        }
        #expect(acknowledged.count == Self.kills * Self.perKill)
    }

    private func report(_ http: HTTPClient, _ id: String) throws -> JSONValue {
        try http.request("GET", "/workflow/\(id)").json()
    }

    /// Asks until the instance has ended; each answer comes from the host, which is at work meanwhile.
    private func finished(_ http: HTTPClient, _ id: String) throws -> JSONValue {
        while true {
            let now = try report(http, id)
            if now["status"] == "complete" { return now }
            #expect(now["status"] != "errored")
        }
    }
}
