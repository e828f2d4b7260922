/// Counts durations in log-linear buckets of fixed memory, exact below 128 ns and within 1/128 above.
///
/// Every power of two from 2^7 up is cut into 128 equal buckets, as HdrHistogram does it with two significant
/// digits. The last bucket begins just below 2^41 ns (36 minutes) and takes everything longer. 35 KiB, once there are
/// more durations than a few: a thousand callers have one each, which would else cost them more memory than what they
/// measure.
public struct LatencyHistogram: Sendable, Equatable {
    private static let subBucketBits = 7
    private static let subBuckets = 1 << subBucketBits
    private static let highestBit = 40
    private static let bucketCount = (highestBit - subBucketBits + 2) * subBuckets

    /// Empty while there are only a few.
    private var buckets: [UInt64] = []
    /// The buckets of the first durations, one each, as long as there are no others.
    private var few: [UInt16] = []
    private static let manyDurations = 512
    /// How many durations were recorded.
    public private(set) var count: UInt64 = 0
    /// The longest duration recorded in nanoseconds, exact; 0 when there is none.
    public private(set) var maximum: UInt64 = 0

    /// Creates an empty histogram.
    public init() {}

    /// Whether both recorded the same, as far as they tell durations apart.
    public static func == (left: LatencyHistogram, right: LatencyHistogram) -> Bool {
        left.count == right.count && left.maximum == right.maximum && left.spread == right.spread
    }

    /// Creates a histogram of everything that others recorded.
    public init(merging others: some Sequence<LatencyHistogram>) {
        for other in others { merge(other) }
    }

    /// Records one duration in nanoseconds.
    public mutating func record(nanoseconds: UInt64) {
        add(1, to: Self.index(of: nanoseconds))
        count += 1
        maximum = max(maximum, nanoseconds)
    }

    /// Records one duration; a negative one counts as zero.
    public mutating func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return record(nanoseconds: 0) }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        record(nanoseconds: overflow ? 1 << 62 : whole &+ UInt64(attoseconds) / 1_000_000_000)
    }

    /// Adds everything another histogram recorded.
    public mutating func merge(_ other: LatencyHistogram) {
        guard other.count > 0 else { return }
        for index in other.few { add(1, to: Int(index)) }
        for index in other.buckets.indices where other.buckets[index] > 0 { add(other.buckets[index], to: index) }
        count += other.count
        maximum = max(maximum, other.maximum)
    }

    /// The smallest bucket's upper end that at least the given share of durations does not exceed, in nanoseconds.
    ///
    /// Never more than the longest duration recorded; nil when nothing was recorded. A share outside 0...1 counts
    /// as the nearer end.
    public func quantile(_ share: Double) -> UInt64? {
        guard count > 0 else { return nil }
        let buckets = spread
        let rank = max(1, UInt64((min(max(share, 0), 1) * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for index in buckets.indices {
            seen += buckets[index]
            if seen >= rank { return min(Self.upperEnd(of: index), maximum) }
        }
        return maximum
    }

    private mutating func add(_ number: UInt64, to index: Int) {
        if buckets.isEmpty {
            if number == 1, few.count < Self.manyDurations { return few.append(UInt16(index)) }
            buckets = spread
            few = []
        }
        buckets[index] += number
    }

    /// All buckets, also while there are only a few durations.
    private var spread: [UInt64] {
        guard buckets.isEmpty else { return buckets }
        var spread = [UInt64](repeating: 0, count: Self.bucketCount)
        for index in few { spread[Int(index)] += 1 }
        return spread
    }

    private static func index(of nanoseconds: UInt64) -> Int {
        guard nanoseconds >= UInt64(subBuckets) else { return Int(nanoseconds) }
        let topBit = UInt64.bitWidth - 1 - nanoseconds.leadingZeroBitCount
        guard topBit <= highestBit else { return bucketCount - 1 }
        let shift = topBit - subBucketBits
        return (shift + 1) * subBuckets + Int(nanoseconds >> UInt64(shift)) - subBuckets
    }

    private static func upperEnd(of index: Int) -> UInt64 {
        guard index >= subBuckets else { return UInt64(index) }
        guard index < bucketCount - 1 else { return .max }
        let shift = UInt64(index / subBuckets - 1)
        return (UInt64(index % subBuckets + subBuckets + 1) << shift) - 1
    }
}
