import Locks

/// Collects what happens, from any thread.
final class Recorder<Element: Sendable>: Sendable {
    private let kept = Mutex<[Element]>([])

    func add(_ element: Element) { kept.withLock { $0.append(element) } }

    var all: [Element] { kept.withLock { $0 } }

    /// What was collected, which is then forgotten.
    func take() -> [Element] {
        kept.withLock { kept in
            defer { kept = [] }
            return kept
        }
    }
}
