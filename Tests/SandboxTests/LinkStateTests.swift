import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(1)))
struct LinkStateTests {
    @Test func `requests made before a connection are sent with it, in order`() {
        var link = LinkState<String>()
        #expect(link.submit(link.reserveId(), line: [1], waiter: "a") == nil)
        #expect(link.submit(link.reserveId(), line: [2], waiter: "b") == nil)
        #expect(link.takeOutgoing() == [])
        #expect(link.connectionOpened() == [])
        #expect(link.takeOutgoing() == [1, 2])
        #expect(link.answered(2) == "b")
        #expect(link.answered(2) == nil)
        #expect(link.answered(1) == "a")
        #expect(!link.hasRequests)
    }

    @Test func `unsent bytes stay before later ones`() {
        var link = LinkState<String>()
        _ = link.connectionOpened()
        _ = link.submit(link.reserveId(), line: [1, 2, 3], waiter: "a")
        let taken = link.takeOutgoing()
        _ = link.submit(link.reserveId(), line: [4], waiter: "b")
        link.keep(taken[1...])
        #expect(link.takeOutgoing() == [2, 3, 4])
    }

    @Test func `unanswered requests are sent again over new connections, but not for ever`() {
        var link = LinkState<String>()
        _ = link.submit(link.reserveId(), line: [1], waiter: "a")
        for _ in 0..<SandboxLimits.deliveries {
            #expect(link.connectionOpened() == [])
            #expect(link.takeOutgoing() == [1])
            link.connectionLost()
        }
        #expect(link.connectionOpened() == ["a"])
        #expect(!link.hasOutgoing)
    }

    @Test func `a cancelled request gives its waiter back once and tells the supervisor`() {
        var link = LinkState<String>()
        _ = link.connectionOpened()
        let id = link.reserveId()
        #expect(link.cancel(id, line: [9]) == nil)
        _ = link.submit(id, line: [1], waiter: "a")
        #expect(link.cancel(id, line: [9]) == "a")
        #expect(link.cancel(id, line: [9]) == nil)
        #expect(link.answered(id) == nil)
        #expect(link.takeOutgoing() == [1, 9])
    }

    @Test func `a closed link refuses requests and gives all waiters back`() {
        var link = LinkState<String>()
        _ = link.submit(link.reserveId(), line: [1], waiter: "a")
        _ = link.submit(link.reserveId(), line: [2], waiter: "b")
        #expect(link.close() == ["a", "b"])
        #expect(link.submit(link.reserveId(), line: [3], waiter: "c") == "c")
        #expect(link.closed)
    }
}
