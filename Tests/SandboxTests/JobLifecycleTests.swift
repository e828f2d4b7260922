import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(1)))
struct JobLifecycleTests {
    private func record(_ job: JobLifecycle, failure: String? = nil) -> ProcessRecord {
        var record = ProcessRecord(id: "p", command: ":", startedAt: 0)
        job.finish(&record, failure: failure, endedAt: 9)
        return record
    }

    @Test func `a job is over when its command and its output have ended, in either order`() {
        var job = JobLifecycle(now: 0, timeoutSeconds: nil)
        #expect(job.deadline == nil)
        job.outputDidEnd()
        #expect(!job.isOver(now: 1_000_000))
        job.leaderEnded(.init(code: 0, signal: 0), now: 1_000_000)
        #expect(job.isOver(now: 1_000_000))
        #expect(record(job).status == .completed)
    }

    @Test func `open output delays the end by the straggler time only`() {
        var job = JobLifecycle(now: 0, timeoutSeconds: nil)
        job.leaderEnded(.init(code: 2, signal: 0), now: 100)
        #expect(job.deadline == 300)
        #expect(!job.isOver(now: 299))
        #expect(job.isOver(now: 300))
        #expect(record(job).status == .failed)
        #expect(record(job).exitCode == 2)
    }

    @Test func `a timeout terminates and after the grace kills`() {
        var job = JobLifecycle(now: 1000, timeoutSeconds: 2)
        #expect(job.advance(to: 2999) == [])
        #expect(job.deadline == 3000)
        #expect(job.advance(to: 3000) == [.terminate])
        #expect(job.advance(to: 7999) == [])
        #expect(job.deadline == 8000)
        #expect(job.advance(to: 8000) == [.kill])
        #expect(job.advance(to: 9000) == [])
        job.leaderEnded(.init(code: nil, signal: 9), now: 9000)
        #expect(record(job).status == .killed)
        #expect(record(job).exitCode == 137)
        #expect(record(job).reason == "timed out after 2.0 seconds")
    }

    @Test func `a second request does not put off the kill nor change the reason`() {
        var job = JobLifecycle(now: 0, timeoutSeconds: 1)
        job.signalled(.terminate, now: 10, reason: "first")
        job.signalled(.terminate, now: 4000, reason: "second")
        #expect(job.advance(to: 5009) == [])
        #expect(job.advance(to: 5010) == [.kill])
        job.leaderEnded(.init(code: 0, signal: 0), now: 5011)
        #expect(record(job).reason == "first")
        #expect(record(job).status == .killed)
    }

    @Test func `an end by a signal nobody here sent is a kill with its signal as reason`() {
        var job = JobLifecycle(now: 0, timeoutSeconds: nil)
        job.signalled(.hangup, now: 1, reason: "not a kill")
        job.leaderEnded(.init(code: nil, signal: 11), now: 2)
        #expect(record(job).status == .killed)
        #expect(record(job).exitCode == 139)
        #expect(record(job).reason == "ended by signal 11")
        #expect(record(job, failure: "no shell").status == .failed)
    }
}
