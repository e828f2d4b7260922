#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Dates as JavaScript's `Date.prototype.toJSON` writes them, such as `2026-01-31T23:59:30.000Z`.
enum JSONDate {
    /// The largest distance from 1970 a JavaScript date can have, in milliseconds.
    private static let farthest = 8.64e15
    private static let dayLength: Int64 = 86_400_000

    /// The text, or nil for a date JavaScript cannot express; the nearest millisecond is taken.
    static func text(of date: Date) -> String? {
        let exact = (date.timeIntervalSince1970 * 1000).rounded()
        guard exact.magnitude <= farthest else { return nil }
        let milliseconds = Int64(exact)
        let days = (milliseconds - (milliseconds % dayLength + dayLength) % dayLength) / dayLength
        var rest = milliseconds - days * dayLength
        let (year, month, day) = civil(days)
        var text: [UInt8] = []
        text.reserveCapacity(27)
        if !(0...9999).contains(year) { text.append(UInt8(ascii: year < 0 ? "-" : "+")) }
        digits(Int64(year.magnitude), (0...9999).contains(year) ? 4 : 6, to: &text)
        let parts: [(String, Int64, Int)] = [
            ("T", 3_600_000, 2), (":", 60_000, 2), (":", 1000, 2), (".", 1, 3),
        ]
        text.append(UInt8(ascii: "-"))
        digits(month, 2, to: &text)
        text.append(UInt8(ascii: "-"))
        digits(day, 2, to: &text)
        for (mark, unit, width) in parts {
            text.append(contentsOf: mark.utf8)
            digits(rest / unit, width, to: &text)
            rest %= unit
        }
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    private static func digits(_ value: Int64, _ width: Int, to text: inout [UInt8]) {
        var divisor = Int64(1)
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            text.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    /// The Gregorian date of a day counted from 1970; years are taken to begin in March, so that leap days end them.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
    }

    /// The day counted from 1970 of a Gregorian date.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The date of a text with a date, a time, and a zone; digits behind the milliseconds are dropped.
    static func date(of text: String) -> Date? {
        var reader = Reader(text: Array(text.utf8))
        let sign = reader.sign()
        guard let year = reader.number(sign == nil ? 4 : 6), reader.take("-"),
            let month = reader.number(2), reader.take("-"), let day = reader.number(2), reader.take("T"),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2)
        else { return nil }
        let second = reader.take(":") ? reader.number(2) : 0
        let fraction = reader.take(".") ? reader.fraction() : 0
        guard let second, let fraction, let zone = reader.zone(), reader.isAtEnd else { return nil }
        let count = days((sign ?? 1) * year, month, day)
        guard civil(count) == ((sign ?? 1) * year, month, day), (1...12).contains(month) else { return nil }
        guard hour < 24, minute < 60, second < 60 else { return nil }
        let time = (hour * 60 + minute - zone) * 60_000 + second * 1000 + fraction
        return Date(timeIntervalSince1970: Double(count * dayLength + time) / 1000)
    }

    private struct Reader {
        let text: [UInt8]
        var cursor = 0

        var isAtEnd: Bool { cursor == text.count }

        mutating func take(_ mark: Unicode.Scalar) -> Bool {
            guard cursor < text.count, text[cursor] == UInt8(ascii: mark) else { return false }
            cursor += 1
            return true
        }

        mutating func sign() -> Int64? {
            take("+") ? 1 : take("-") ? -1 : nil
        }

        mutating func digit() -> Int64? {
            guard cursor < text.count, (0x30...0x39).contains(text[cursor]) else { return nil }
            cursor += 1
            return Int64(text[cursor - 1] - 0x30)
        }

        mutating func number(_ width: Int) -> Int64? {
            var value = Int64(0)
            for _ in 0..<width {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        /// The milliseconds of a decimal fraction of a second.
        mutating func fraction() -> Int64? {
            guard var value = digit() else { return nil }
            value = value * 10 + (digit() ?? 0)
            value = value * 10 + (digit() ?? 0)
            while digit() != nil {}
            return value
        }

        /// The minutes by which local time is ahead.
        mutating func zone() -> Int64? {
            if take("Z") { return 0 }
            guard let sign = sign(), let hours = number(2), take(":"), let minutes = number(2) else { return nil }
            return hours < 24 && minutes < 60 ? sign * (hours * 60 + minutes) : nil
        }
    }
}
