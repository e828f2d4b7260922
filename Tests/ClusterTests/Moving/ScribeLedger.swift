import Locks

/// What scribes and their clients know of each other, and what of it breaks a promise.
final class ScribeLedger: Sendable {
    private struct State {
        var violations: [String] = []
        var lastNumber = 0
        /// Of each number the stub that it was said through.
        var stubs: [Int: Int] = [:]
        /// Of each object where it has said that it wrote a number down.
        var places: [String: [Int: Int]] = [:]
        /// Of each object what it was last found to have written down.
        var read: [String: [Int]] = [:]
        var promised: Set<String> = []
        var rung: Set<String> = []
        var failures: [String] = []
        var broken: Set<Int> = []
    }

    private let state = Mutex(State())

    var violations: [String] { state.withLock { $0.violations } }
    /// What calls ended with that were not answered.
    var failures: [String] { state.withLock { $0.failures } }
    /// How many calls were answered.
    var answers: Int { state.withLock { $0.places.values.map(\.count).reduce(0, +) } }

    func fail(_ text: String) { state.withLock { $0.violations.append(text) } }

    func failed(_ error: any Error, on stub: Int?) {
        state.withLock { state in
            state.failures.append("\(error)")
            if let stub { state.broken.insert(stub) }
        }
    }

    /// Whether a call through the stub has failed.
    func isBroken(_ stub: Int) -> Bool { state.withLock { $0.broken.contains(stub) } }

    /// A number that was never said before, to be said through a stub.
    func number(of stub: Int) -> Int {
        state.withLock { state in
            state.lastNumber += 1
            state.stubs[state.lastNumber] = stub
            return state.lastNumber
        }
    }

    func noted(_ number: Int, at place: Int, by object: String) {
        state.withLock { $0.places[object, default: [:]][number] = place }
    }

    func promised(_ alarm: Int) { _ = state.withLock { $0.promised.insert("\(alarm)") } }

    func rang(_ alarm: String) { _ = state.withLock { $0.rung.insert(alarm) } }

    /// An object has these numbers: what it had before is still there, and what it has said is true.
    func found(_ numbers: [Int], of object: String, isEnd: Bool) {
        state.withLock { state in
            let known = state.read[object, default: []]
            // Readings may come in another order than they were made.
            let (short, long) = known.count < numbers.count ? (known, numbers) : (numbers, known)
            if !long.starts(with: short) { state.violations.append("\(object) had \(known) and has \(numbers)") }
            state.read[object] = long
            guard isEnd else { return }
            for (number, place) in state.places[object, default: [:]].sorted(by: { $0.key < $1.key })
            where !numbers.indices.contains(place) || numbers[place] != number {
                state.violations.append("\(object) has said that \(number) is at \(place) of \(numbers)")
            }
            if Set(numbers).count < numbers.count { state.violations.append("\(object) was told twice: \(numbers)") }
            for (stub, said) in Dictionary(grouping: numbers, by: { state.stubs[$0] }) where said != said.sorted() {
                state.violations.append("stub \(stub ?? 0) of \(object) was overtaken: \(said)")
            }
        }
    }

    /// All time has passed: what was promised has rung.
    func finish() {
        state.withLock { state in
            for alarm in state.promised.subtracting(state.rung).sorted() {
                state.violations.append("alarm \(alarm) never rang")
            }
        }
    }
}
