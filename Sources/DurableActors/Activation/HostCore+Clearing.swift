extension HostCore {
    /// Resets every object in memory; their data stays.
    package func resetAll() async {
        for cell in cells.all() {
            await withCheckedContinuation { continuation in
                cell.perform {
                    if let living = cell.current {
                        let text = "Application called abort() to reset Durable Object."
                        cell.reset(living, because: DurableObjectError(.reset, text))
                    }
                    continuation.resume()
                }
            }
        }
    }

    /// Resets every object and removes all that any has stored; classes keep their numbers.
    ///
    /// Whoever calls this sees to it that no event enters meanwhile.
    package func clear() async throws {
        await resetAll()
        for cell in cells.all() {
            await withCheckedContinuation { continuation in
                cell.perform { cell.whenDurable(cell.lastSealed) { _ in continuation.resume() } }
            }
        }
        try objects.deleteObjects()
        for cell in cells.all() {
            await withCheckedContinuation { continuation in
                cell.perform {
                    cell.trimSealedBatches()
                    cell.record = nil
                    continuation.resume()
                }
            }
        }
    }
}
