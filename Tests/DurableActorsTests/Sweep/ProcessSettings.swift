import Foundation

/// What the process that runs the tests was told from outside.
enum ProcessSettings {
    /// A whole number from the environment; nil when it is not set.
    static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap(Int.init) }
}
