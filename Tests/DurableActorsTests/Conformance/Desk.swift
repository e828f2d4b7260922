import Distributed
import DurableActors
import DurableActorsTestKit

/// An object whose methods take and give handles.
distributed actor Desk: DurableObject {
    private let ctx: DurableObjectState
    private let notes: Recorder<String>
    private var total = 0
    private var kept: RpcCallback<Int, Int>?

    init(ctx: DurableObjectState, env: Recorder<String>) {
        self.ctx = ctx
        notes = env
        actorSystem = ctx.actorSystem
    }

    distributed func add(_ first: Int, _ second: Int) -> Int { first + second }

    /// Calls back, after a write.
    distributed func ask(_ callback: RpcCallback<Int, Int>, _ number: Int) async throws -> Int {
        try await ctx.storage.put("asked", number)
        return try await callback(number)
    }

    /// Calls back from a critical section.
    distributed func askAlone(_ callback: RpcCallback<Int, Int>, _ number: Int) async throws -> Int {
        try await ctx.blockConcurrencyWhile { try await callback(number) }
    }

    /// Calls back several times without waiting for the answers.
    distributed func askAll(_ callback: RpcCallback<Int, Int>, _ count: Int) async throws -> [Int] {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<count {
                if number == count / 2 { try ctx.storage.kv.put("half", number) }
                group.addTask { try await callback(number) }
            }
            var answers: [Int] = []
            while let answer = try await group.next() { answers.append(answer) }
            return answers
        }
    }

    /// Keeps what it is given, or a duplicate of it.
    distributed func keep(_ callback: RpcCallback<Int, Int>, duplicated: Bool) throws {
        kept = duplicated ? try callback.dup() : callback
    }

    distributed func keepFirst(_ callbacks: [RpcCallback<Int, Int>]) { kept = callbacks.first }

    /// Keeps what a type of the application's own carries.
    distributed func keepCarried(_ pair: CallbackPair, duplicated: Bool) throws {
        kept = duplicated ? try pair.second.dup() : pair.second
    }

    distributed func askKept(_ number: Int) async throws -> Int? { try await kept?(number) }

    distributed func letGo() { kept = nil }

    /// Gives back what it was given.
    distributed func echo(_ callback: RpcCallback<Int, Int>) -> RpcCallback<Int, Int> { callback }

    /// A closure over the object's own state.
    distributed func tally() -> RpcCallback<Int, Int> {
        RpcCallback { number in
            self.total += number
            return self.total
        } onDisposed: {
            self.notes.add("tally gone at \(self.total)")
        }
    }

    distributed func makeCounter() -> RpcStub<CountingTarget> { RpcStub(CountingTarget(notes)) }

    /// Hands a closure of its own to another object, in a critical section or outside of all.
    distributed func handTo(_ other: Desk, alone: Bool) async throws -> Int {
        let callback = tally()
        if alone { return try await ctx.blockConcurrencyWhile { try await other.askAlone(callback, 5) } }
        return try await other.askAlone(callback, 5)
    }

    /// Runs alone for a while.
    distributed func beAlone(milliseconds: Int64) async throws {
        try await ctx.blockConcurrencyWhile { [ctx, notes] in
            try await ctx.sleep(milliseconds: milliseconds)
            notes.add("alone no more")
        }
    }

    distributed func abort() throws { try ctx.abort("Over.") }

    /// The size of what it is given.
    distributed func size(_ bytes: [UInt8]) -> Int { bytes.count }

    distributed func length(_ text: String, _ other: String) -> Int { text.utf8.count + other.utf8.count }

    /// Counts on a stream after it has returned it, and notes each number before it is written.
    distributed func count(to last: Int, limit: Int, failing: Bool) -> RpcStream<Int> {
        let (stream, writer) = RpcStream<Int>.make(limit: limit)
        ctx.waitUntil { [notes] in
            do {
                for number in 1...last {
                    notes.add("\(number)")
                    try await writer.write(number)
                }
            } catch {
                return notes.add("\(error)")
            }
            if failing { writer.finish(throwing: DurableObjectError(.storage, "Lost count.")) } else { writer.finish() }
        }
        return stream
    }

    /// Writes a number to storage and then to the stream.
    distributed func store(_ number: Int) -> RpcStream<Int> {
        let (stream, writer) = RpcStream<Int>.make()
        ctx.waitUntil { [ctx] in
            try await ctx.storage.put("number", number)
            try await writer.write(number)
            writer.finish()
        }
        return stream
    }

    /// A stream whose writer is let go.
    distributed func abandoned() -> RpcStream<Int> { RpcStream<Int>.make().stream }

    /// The sum of the first numbers of a stream.
    distributed func sum(_ stream: RpcStream<Int>, first count: Int) async throws -> Int {
        var sum = 0
        var reader = stream.makeAsyncIterator()
        for _ in 0..<count { sum += try await reader.next() ?? 0 }
        return sum
    }

    distributed func blob(_ count: Int) -> [UInt8] { [UInt8](repeating: 7, count: count) }
}

/// Handles as members.
struct CallbackPair: RpcCarrier {
    let first: RpcCallback<Int, Int>
    let second: RpcCallback<Int, Int>

    func received(in receipt: RpcReceipt) throws -> CallbackPair {
        CallbackPair(first: try first.received(in: receipt), second: try second.received(in: receipt))
    }
}

/// What `Desk.makeCounter` hands out by reference.
actor CountingTarget: RpcTarget {
    private let notes: Recorder<String>
    private var count = 0

    init(_ notes: Recorder<String>) { self.notes = notes }

    func increment(_ amount: Int) throws -> Int {
        guard amount > 0 else { throw DurableObjectError(.invalidArgument, "Only up.", name: "RangeError") }
        count += amount
        return count
    }

    func disposed() { notes.add("counter gone at \(count)") }
}
