/// A length of time as a workflow writes it: `"10 minutes"`, `1500` (milliseconds) or a Swift `Duration`.
///
/// A text that is no duration makes a value whose `milliseconds` is nil; the call it is given to then throws, so a
/// bad literal never traps.
public struct WorkflowDuration: Codable, Sendable, Hashable {
    /// The length in milliseconds, negative ones included; nil when the text was not a duration.
    public let milliseconds: Int64?

    /// Makes a duration of so many milliseconds.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Makes a duration from Swift's own, rounded down to milliseconds.
    public init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        milliseconds = overflow ? nil : whole + attoseconds / 1_000_000_000_000_000
    }

    /// Reads a text: a number of milliseconds, or a number, spaces and a unit from millisecond to year.
    ///
    /// Units are lower case, singular or plural; a month has 30 days, a year 365.25.
    public init(_ text: String) {
        milliseconds = Self.parse(text)
    }

    private static func parse(_ text: String) -> Int64? {
        let words = text.split(separator: " ")
        switch words.count {
        case 1: return number(words[0]).flatMap(whole)
        case 2 where text.utf8.first != UInt8(ascii: " ") && text.utf8.last != UInt8(ascii: " "):
            guard let value = number(words[0]), let unit = unit(String(words[1])) else { return nil }
            return whole(value * unit)
        default: return nil
        }
    }

    private static func number(_ text: Substring) -> Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    private static func whole(_ value: Double) -> Int64? {
        Int64(exactly: value.rounded(.toNearestOrAwayFromZero))
    }

    private static func unit(_ name: String) -> Double? {
        if name == "ms" { return 1 }
        let day: Double = 86_400_000
        return switch name.hasSuffix("s") ? String(name.dropLast()) : name {
        case "millisecond": 1
        case "second": 1000
        case "minute": 60_000
        case "hour": 3_600_000
        case "day": day
        case "week": 7 * day
        case "month": 30 * day
        case "year": 365.25 * day
        default: nil
        }
    }
}

extension WorkflowDuration: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
    /// Reads the literal as `init(_:)` does.
    public init(stringLiteral text: String) { self.init(text) }

    /// Takes the literal as milliseconds.
    public init(integerLiteral milliseconds: Int64) { self.init(milliseconds: milliseconds) }
}
