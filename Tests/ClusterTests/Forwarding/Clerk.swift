import Distributed
import DurableActors
import DurableActorsTestKit

/// An object whose methods take and give handles, of whichever node.
distributed actor Clerk: DurableObject {
    typealias Question = RpcCallback<Int, Int>

    let ctx: DurableObjectState
    private let notes: Recorder<String>
    private var total = 0
    private var kept: Question?

    init(ctx: DurableObjectState, env: Recorder<String>) {
        self.ctx = ctx
        notes = env
        actorSystem = ctx.actorSystem
    }

    // MARK: Callbacks

    distributed func ask(_ question: Question, _ number: Int) async throws -> Int {
        try await ctx.storage.put("asked", number)
        return try await question(number)
    }

    distributed func askAlone(_ question: Question, _ number: Int) async throws -> Int {
        try await ctx.blockConcurrencyWhile { try await question(number) }
    }

    /// Asks several times without waiting for answers.
    distributed func askAll(_ question: Question, _ count: Int) async throws -> [Int] {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<count {
                if number == count / 2 { try ctx.storage.kv.put("half", number) }
                group.addTask { try await question(number) }
            }
            var answers: [Int] = []
            while let answer = try await group.next() { answers.append(answer) }
            return answers
        }
    }

    distributed func askEach(_ questions: [String: [Question?]], _ number: Int) async throws -> [Int] {
        var answers: [Int] = []
        for key in questions.keys.sorted() {
            for question in questions[key] ?? [] {
                if let question { answers.append(try await question(number)) }
            }
        }
        return answers
    }

    /// Hands what it was given on to another object.
    distributed func pass(_ question: Question, to other: Clerk, _ number: Int) async throws -> Int {
        try await other.ask(question, number)
    }

    distributed func keep(_ question: Question, duplicated: Bool) throws {
        kept = duplicated ? try question.dup() : question
    }

    distributed func keep(_ question: Question, in other: Clerk) async throws {
        try await other.keep(question, duplicated: true)
    }

    distributed func askKept(_ number: Int) async throws -> Int? { try await kept?(number) }

    distributed func letGo() { kept = nil }

    distributed func echo(_ question: Question) -> Question { question }

    distributed func tally() -> Question {
        RpcCallback { number in
            self.total += number
            return self.total
        } onDisposed: {
            self.notes.add("tally gone at \(self.total)")
        }
    }

    /// A callback that writes before it answers.
    distributed func writer() -> Question {
        RpcCallback { number in
            try self.ctx.storage.kv.put("written", number)
            return number
        }
    }

    distributed func handTo(_ other: Clerk, alone: Bool) async throws -> Int {
        let question = tally()
        if alone { return try await ctx.blockConcurrencyWhile { try await other.askAlone(question, 5) } }
        return try await other.askAlone(question, 5)
    }

    /// Has a callback make another one, which is asked.
    distributed func askFor(_ maker: RpcCallback<Question, Question>, _ number: Int) async throws -> Int {
        let made = try await maker(RpcCallback { $0 * 10 })
        return try await made(number)
    }

    distributed func target() -> RpcStub<ClerkTarget> { RpcStub(ClerkTarget()) }

    distributed func signal(_ done: RpcCallback<Void, Void>) async throws { try await done() }

    distributed func beAlone(milliseconds: Int64) async throws {
        try await ctx.blockConcurrencyWhile { [ctx, notes] in
            try await ctx.sleep(milliseconds: milliseconds)
            notes.add("alone no more")
        }
    }

    distributed func abort() throws { try ctx.abort("Over.") }

    // MARK: What cannot be read, or written

    distributed func take(_ luggage: Luggage, _ question: Question) {}

    distributed func give(_ luggage: Luggage) -> Delivery { Delivery(luggage: luggage, question: RpcCallback { $0 }) }

    // MARK: Streams

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
            if failing { writer.finish(throwing: Luggage.Lost(bag: 3)) } else { writer.finish() }
        }
        return stream
    }

    /// Hands out a stream of another object.
    distributed func count(of other: Clerk, to last: Int, limit: Int) async throws -> RpcStream<Int> {
        try await other.count(to: last, limit: limit, failing: false)
    }

    distributed func abandoned() -> RpcStream<Int> { RpcStream<Int>.make().stream }

    distributed func sum(_ stream: RpcStream<Int>, first count: Int) async throws -> Int {
        var sum = 0
        var reader = stream.makeAsyncIterator()
        for _ in 0..<count { sum += try await reader.next() ?? 0 }
        return sum
    }

    /// Asks what comes on a stream.
    distributed func askStream(_ questions: RpcStream<Question>, _ number: Int) async throws -> [Int] {
        var answers: [Int] = []
        for try await question in questions { answers.append(try await question(number)) }
        return answers
    }

    // MARK: Stubs of objects

    distributed func name() -> String? { ctx.id.name }

    distributed func name(of other: Clerk) async throws -> String? { try await other.name() }

    distributed func colleague(_ other: Clerk) -> [Clerk] { [other] }

    distributed func facet() throws -> Clerk {
        try ctx.facets.get("inner") { [notes] in FacetStartup(environment: notes) }
    }
}

/// What does not leave its process.
actor ClerkTarget: RpcTarget {}

/// A value that can be lost on either way.
struct Luggage: Codable, Sendable {
    struct Lost: Error, Codable, Equatable { var bag: Int }

    var isLostAtEnd: Bool
    var isLostAtStart = false

    init(isLostAtStart: Bool = false, isLostAtEnd: Bool = false) {
        (self.isLostAtStart, self.isLostAtEnd) = (isLostAtStart, isLostAtEnd)
    }

    init(from decoder: any Decoder) throws {
        let isLost = try decoder.singleValueContainer().decode(Bool.self)
        if isLost { throw Lost(bag: 2) }
        self.init()
    }

    func encode(to encoder: any Encoder) throws {
        if isLostAtStart { throw Lost(bag: 1) }
        var container = encoder.singleValueContainer()
        try container.encode(isLostAtEnd)
    }
}

struct Delivery: Codable, Sendable {
    var luggage: Luggage
    var question: Clerk.Question
}
