/// How many steps of each kind and name a lifetime has called.
struct CallCounts {
    /// All but the last.
    private var counts: [StepKey.Family: Int] = [:]
    /// That of the step that was called last: steps of a loop are of one family.
    private var last = (family: StepKey.Family(.call, ""), count: 0)

    /// Whether the last call was of that kind and name.
    func areLast(_ kind: StepKey.Kind, _ name: String) -> Bool { last.count > 0 && last.family.isOf(kind, name) }

    /// The identity of a call: one more of its kind and name; whether those are the last call's, the caller has asked.
    mutating func take(_ kind: StepKey.Kind, _ name: String, isAgain: Bool) -> StepKey {
        if !isAgain {
            counts[last.family] = last.count
            let family = StepKey.Family(kind, name)
            last = (family, counts[family] ?? 0)
        }
        last.count += 1
        return StepKey(family: last.family, count: last.count)
    }
}
