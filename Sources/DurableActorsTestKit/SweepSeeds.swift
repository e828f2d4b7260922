internal import FoundationEssentials

/// Which seeds a test sweeps: few by default, or as many as the environment asks for.
///
/// `SWEEP_SEEDS` is how many, `SWEEP_FIRST` the first one, by which a long sweep is cut into processes of their own and
/// a seed that failed is run alone.
public enum SweepSeeds {
    /// The seeds from `SWEEP_FIRST`, else 1, on: `SWEEP_SEEDS` of them, else `count`.
    public static func range(_ count: Int) -> ClosedRange<UInt64> {
        let first = UInt64(max(1, number("SWEEP_FIRST") ?? 1))
        return first...(first + UInt64(max(1, number("SWEEP_SEEDS") ?? count)) - 1)
    }

    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap(Int.init) }
}
