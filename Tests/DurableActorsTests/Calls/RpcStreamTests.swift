import Distributed
import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct RpcStreamTests {
    private let notes = Recorder<String>()
    private let host: SimulatedHost<DurableObjectNamespace<Desk>>
    private static let lost = DurableObjectError(.disconnected, "Network connection lost.", retryable: true)

    init() throws {
        let notes = notes
        host = try SimulatedHost(order: .arrival) { runtime in
            try runtime.register(Desk.self, binding: "DESK", uniqueKey: "desk", environment: notes)
        }
    }

    private func stub() -> Desk { host.bindings.getByName("one") }

    @Test func `a stream that a method returns has all that was written, in order, and ends`() throws {
        let stub = stub()
        let numbers = try host.run {
            var numbers: [Int] = []
            for try await number in try await stub.count(to: 100, limit: 3, failing: false) { numbers.append(number) }
            return numbers
        }
        #expect(numbers == Array(1...100))
    }

    @Test func `a writer is held back until its reader takes something`() throws {
        let stub = stub()
        let stream = try host.run { try await stub.count(to: 10, limit: 2, failing: false) }
        try host.settle()
        // Two are kept, the third waits with its writer.
        #expect(notes.take() == ["1", "2", "3"])
        let first = try host.run {
            var reader = stream.makeAsyncIterator()
            return try await reader.next()
        }
        try host.settle()
        #expect(first == 1)
        #expect(notes.take() == ["4"])
    }

    @Test func `a reader that cancels, or is let go, stops the writer with an error`() throws {
        let stub = stub()
        let stream = try host.run { try await stub.count(to: 10, limit: 1, failing: false) }
        try host.settle()
        try stream.cancel(DurableObjectError(.invalidArgument, "Enough."))
        try host.settle()
        #expect(notes.take() == ["1", "2", "Enough."])
        let after = try host.run {
            var reader = stream.makeAsyncIterator()
            return try await reader.next()
        }
        #expect(after == nil)
        try host.run { _ = try await stub.count(to: 10, limit: 1, failing: false) }
        try host.settle()
        #expect(notes.take().last == Self.lost.message)
    }

    @Test func `an error of the writer reaches the reader, and so does a writer that is let go`() throws {
        let stub = stub()
        let failed = host.world.start {
            for try await _ in try await stub.count(to: 2, limit: 1, failing: true) {}
        }
        try host.settle()
        #expect(failed.failure() == DurableObjectError(.storage, "Lost count."))
        let abandoned = host.world.start {
            for try await _ in try await stub.abandoned() {}
        }
        try host.settle()
        #expect(abandoned.failure() == Self.lost)
    }

    @Test func `a stream given as a parameter is read by the object, which stops its writer when it returns`() throws {
        let stub = stub()
        let (stream, writer) = RpcStream<Int>.make(limit: 1)
        let sum = host.world.start { try await stub.sum(stream, first: 3) }
        let written = host.world.start {
            for number in 1...10 { try await writer.write(number) }
        }
        try host.settle()
        #expect(try sum.result?.get() == 6)
        #expect(written.failure() == Self.lost)
        let again = host.world.start { try await stub.sum(stream, first: 1) }
        try host.settle()
        #expect(
            again.failure()
                == DurableObjectError(
                    .invalidArgument,
                    "This ReadableStream is currently locked to a reader.",
                    name: "TypeError"
                )
        )
    }

    @Test func `what an object writes on a stream leaves once its storage is durable`() throws {
        let stub = stub()
        host.world.scheduler.holdsCommits = true
        let read = host.world.start {
            var reader = try await stub.store(7).makeAsyncIterator()
            return try await reader.next()
        }
        try host.settle()
        #expect(read.result == nil)
        host.world.scheduler.holdsCommits = false
        try host.settle()
        #expect(try read.result?.get() == 7)
    }

    @Test func `a task that is cancelled stops waiting at either end and loses nothing`() throws {
        let (stream, writer) = RpcStream<Int>.make(limit: 1)
        let outcome = try host.run {
            let reading = Task {
                var reader = stream.makeAsyncIterator()
                return try await reader.next()
            }
            reading.cancel()
            let nothing = try await reading.value
            try await writer.write(1)
            let writing = Task { try await writer.write(2) }
            writing.cancel()
            let isCancelled: Bool
            switch await writing.result {
            case .failure(let error): isCancelled = error is CancellationError
            case .success: isCancelled = false
            }
            writer.finish()
            var rest: [Int] = []
            for try await number in stream { rest.append(number) }
            return (nothing, isCancelled, rest)
        }
        #expect(outcome.0 == nil)
        #expect(outcome.1)
        #expect(outcome.2 == [1])
    }
}
