internal import Locks

/// Collects what happens, from any thread.
package final class Recorder<Element: Sendable>: Sendable {
    private let kept = Mutex<[Element]>([])

    package init() {}

    package func add(_ element: Element) { kept.withLock { $0.append(element) } }

    package var all: [Element] { kept.withLock { $0 } }

    /// What was collected, which is then forgotten.
    package func take() -> [Element] {
        kept.withLock { kept in
            defer { kept = [] }
            return kept
        }
    }
}
