/// The date format of HTTP header fields, computed by arithmetic alone.
package enum HTTPDate {
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The last second that has a four-digit year: 9999-12-31 23:59:59 UTC.
    private static let lastSecond: Int64 = 253_402_300_799

    /// Returns an IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// - Parameter epochSeconds: Seconds since 1970 in UTC; values before 1970 or after 9999 become the nearest
    ///   value within.
    /// - Returns: 29 ASCII characters.
    package static func format(epochSeconds: Int64) -> String {
        let seconds = Int(min(max(epochSeconds, 0), lastSecond))
        let (days, time) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let date = civil(daysSinceEpoch: days)
        var text: [UInt8] = []
        text.reserveCapacity(29)
        text.append(contentsOf: weekdays[(days + 4) % 7].utf8)
        text.append(contentsOf: ", ".utf8)
        appendTwoDigits(date.day, " ", to: &text)
        text.append(contentsOf: months[date.month - 1].utf8)
        text.append(0x20)
        appendTwoDigits(date.year / 100, "", to: &text)
        appendTwoDigits(date.year % 100, " ", to: &text)
        appendTwoDigits(time / 3600, ":", to: &text)
        appendTwoDigits(time / 60 % 60, ":", to: &text)
        appendTwoDigits(time % 60, " GMT", to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Returns the Gregorian date, counting in 400-year eras of years that begin in March.
    private static func civil(daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = daysSinceEpoch + 719_468
        let (era, dayOfEra) = shifted.quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func appendTwoDigits(_ value: Int, _ tail: String, to text: inout [UInt8]) {
        text.append(0x30 + UInt8(value / 10))
        text.append(0x30 + UInt8(value % 10))
        text.append(contentsOf: tail.utf8)
    }
}
