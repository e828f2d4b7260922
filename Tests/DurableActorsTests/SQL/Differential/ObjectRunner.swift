import DurableActors
import DurableActorsTestKit

/// An object of a simulated host, which leaves memory or loses its host where the database is to be opened again.
struct ObjectRunner: SQLRunner {
    let seed: UInt64
    var limits = HostLimits()

    private struct Undone: Error {}

    /// What one turn does.
    private enum Act {
        case statement(String)
        case transaction([Act], keeps: Bool)
    }

    func answers(to steps: [SQLStep]) throws -> [String] {
        let theatre = try Theatre(seed: seed, limits: limits)
        let random = SeededRandom(seed: seed)
        let answers = Recorder<String>()
        var rest = steps[...]
        while !rest.isEmpty {
            let acts = Self.acts(&rest).acts
            try theatre.play { ctx in
                try await Self.play(acts, ctx, answers)
                return ""
            }
            guard let end = rest.popFirst() else { break }
            answers.add("")
            guard end == .reopen else { continue }
            if random.below(2) == 0 {
                try theatre.host.run { try await evictDurableObject(theatre.stub()) }
            } else {
                try theatre.host.restart()
            }
        }
        try theatre.host.restart()
        try theatre.play { ctx in
            try ctx.checkIntegrity()
            return ""
        }
        return answers.all
    }

    /// Takes the acts up to the end of a turn or transaction, and that of a transaction too.
    private static func acts(_ steps: inout ArraySlice<SQLStep>) -> (acts: [Act], keeps: Bool) {
        var acts: [Act] = []
        while let step = steps.first {
            if step == .endTurn || step == .reopen { break }
            steps.removeFirst()
            switch step {
            case .statement(let text): acts.append(.statement(text))
            case .begin:
                let inner = Self.acts(&steps)
                acts.append(.transaction(inner.acts, keeps: inner.keeps))
            case .end(let keeps): return (acts, keeps)
            case .endTurn, .reopen: break
            }
        }
        return (acts, true)
    }

    /// Does so with transactions that may wait, and those with an odd number of acts without.
    private static func play(_ acts: [Act], _ ctx: DurableObjectState, _ answers: Recorder<String>) async throws {
        for act in acts {
            guard case .transaction(let inner, let keeps) = act, inner.count.isMultiple(of: 2) else {
                try playSynchronously([act], ctx, answers)
                continue
            }
            answers.add("")
            do {
                try await ctx.storage.transaction { _ in
                    try await play(inner, ctx, answers)
                    try await ctx.sleep(milliseconds: 1)
                    if !keeps { throw Undone() }
                }
            } catch is Undone {}
            answers.add("")
        }
    }

    private static func playSynchronously(
        _ acts: [Act],
        _ ctx: DurableObjectState,
        _ answers: Recorder<String>
    ) throws {
        for act in acts {
            switch act {
            case .statement(let text): answers.add(MemoryRunner.answer(to: text, ctx.storage.sql))
            case .transaction(let inner, let keeps):
                answers.add("")
                do {
                    try ctx.storage.transactionSync {
                        try playSynchronously(inner, ctx, answers)
                        if !keeps { throw Undone() }
                    }
                } catch is Undone {}
                answers.add("")
            }
        }
    }
}
