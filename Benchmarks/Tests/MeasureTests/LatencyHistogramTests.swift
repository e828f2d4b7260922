import Measure
import Testing

struct LatencyHistogramTests {
    @Test func `an empty histogram has no quantiles`() {
        #expect(LatencyHistogram().quantile(0.5) == nil)
    }

    @Test(arguments: [(0.0, 1), (0.01, 1), (0.5, 50), (0.99, 99), (1.0, 100), (7.0, 100)] as [(Double, UInt64)])
    func `durations below 128 ns are exact`(share: Double, expected: UInt64) {
        var histogram = LatencyHistogram()
        for nanoseconds in UInt64(1)...100 { histogram.record(nanoseconds: nanoseconds) }
        #expect(histogram.quantile(share) == expected)
    }

    @Test(arguments: [127, 128, 129, 255, 256, 257, 1_000, 65_535, 65_536, 123_456_789, 500_000_000_000] as [UInt64])
    func `a duration is found again within one part in 128`(nanoseconds: UInt64) throws {
        var histogram = LatencyHistogram()
        histogram.record(nanoseconds: nanoseconds)
        histogram.record(nanoseconds: nanoseconds * 4)
        let found = try #require(histogram.quantile(0.5))
        #expect(found >= nanoseconds)
        #expect(found - nanoseconds <= nanoseconds / 128)
    }

    @Test func `the last quantile is the longest duration itself`() {
        var histogram = LatencyHistogram()
        histogram.record(nanoseconds: 10_001)
        #expect(histogram.quantile(1) == 10_001)
        histogram.record(nanoseconds: .max)
        #expect(histogram.quantile(1) == .max)
        #expect(histogram.count == 2)
    }

    @Test func `a negative duration counts as zero`() {
        var histogram = LatencyHistogram()
        histogram.record(.seconds(-1))
        histogram.record(.nanoseconds(-1))
        #expect(histogram.quantile(1) == 0)
        #expect(histogram.count == 2)
    }

    @Test func `merging equals recording into one`() {
        var left = LatencyHistogram()
        var right = LatencyHistogram()
        var both = LatencyHistogram()
        for step in 1...50 {
            let duration = Duration.microseconds(step * step)
            if step.isMultiple(of: 3) { left.record(duration) } else { right.record(duration) }
            both.record(duration)
        }
        left.merge(right)
        #expect(left == both)
    }
}
