import AgentHost
import Distributed
import DurableActors

/// The files, written in the background: no event waits for them, and they outlive every socket.
extension CodeGeneratorAgent {
    func beginGeneration() throws {
        guard try state.blueprint != nil else { throw GeneratorRefusal("There is no blueprint yet") }
        guard try !state.shouldBeGenerating else { throw GeneratorRefusal("Files are being generated already") }
        try change {
            $0.shouldBeGenerating = true
            $0.phase = .generating
        }
        try send("generation_started", [:])
        generateInBackground()
    }

    func stopGeneration() throws {
        guard try state.shouldBeGenerating else { throw GeneratorRefusal("Nothing is being generated") }
        run += 1
        answer?.cancel()
        try end(.stopped)
    }

    func generateInBackground() {
        run += 1
        ctx.waitUntil { [self, run] in
            _ = try await whenLocal { agent in try await agent.generate(run) }
        }
    }

    private func generate(_ run: Int) async throws {
        do {
            for path in try state.blueprint?.files ?? [] where try state.files[path]?.isComplete != true {
                guard try await write(path, run) else { return }
            }
            try end(.complete)
        } catch is CancellationError {
            // Stopped, which the clients have been told.
        } catch {
            try send("error", ["error": .string("\(error)")])
            try end(.failed)
        }
    }

    /// Writes one file, from its beginning; false when the run was stopped meanwhile.
    private func write(_ path: String, _ run: Int) async throws -> Bool {
        let answer = env.model.complete("file: \(path)")
        self.answer = answer
        try change { $0.files[path] = GeneratorState.File(contents: "", isComplete: false) }
        try send("file_generating", ["path": .string(path)])
        while let piece = try await answer.next() {
            guard run == self.run else { return false }
            try change { $0.files[path]?.contents += piece }
        }
        guard run == self.run else { return false }
        try change { $0.files[path]?.isComplete = true }
        try send("file_generated", ["path": .string(path)])
        return true
    }

    private func end(_ phase: GeneratorState.Phase) throws {
        answer = nil
        try change {
            $0.shouldBeGenerating = false
            $0.phase = phase
        }
        try send("generation_\(phase.rawValue)", [:])
    }
}
