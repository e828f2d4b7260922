/// The open steps of a lifetime, by their keys.
///
/// One of them is apart: mostly there is no other, and then no table is needed.
struct OpenSteps {
    private var single: OpenStep?
    private var others: [StepKey: OpenStep] = [:]

    var isEmpty: Bool { single == nil && others.isEmpty }

    /// In no order.
    var values: [OpenStep] { (single.map { [$0] } ?? []) + others.values }

    subscript(key: StepKey) -> OpenStep? {
        if let single, single.key == key { return single }
        return others.isEmpty ? nil : others[key]
    }

    /// Adds a step, whose key no open one has.
    mutating func insert(_ step: OpenStep) {
        if single == nil { single = step } else { others[step.key] = step }
    }

    mutating func remove(_ step: OpenStep) {
        if single === step { single = nil } else if !others.isEmpty { others[step.key] = nil }
    }
}
