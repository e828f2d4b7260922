/// One field of a cron expression: the values it names, in order.
struct CronField: Hashable {
    /// Which field it is.
    enum Kind {
        case seconds
        case minutes
        case hours
        case days
        case months
        case weekdays
    }

    private(set) var values: [Int] = []
    /// Whether it names every value.
    private(set) var isFree = false
    /// The last day of the month, the last weekday of it, days moved to the nearest weekday.
    private var isLastDay = false
    private var isLastWorkday = false
    private var nearest: [Int] = []
    /// The last of a weekday in the month, and the n-th.
    private var lastWeekdays: [Int] = []
    private var numbered: [Int] = []

    init(_ text: String, _ kind: Kind, _ dialect: CronExpression.Dialect) throws(CronError) {
        let notation = CronNotation(kind, dialect)
        var found: Set<Int> = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            if try !readSpecial(item.uppercased(), notation) { found.formUnion(try notation.values(of: item)) }
        }
        values = found.sorted()
        isFree = values.count == notation.distinct
    }

    /// Reads what only days and weekdays of Cron Triggers may be.
    private mutating func readSpecial(_ item: String, _ notation: CronNotation) throws(CronError) -> Bool {
        guard notation.allowsSpecials else { return false }
        switch notation.kind {
        case .days where item == "L": isLastDay = true
        case .days where item == "LW" || item == "WL": isLastWorkday = true
        case .days where item.hasSuffix("W"): nearest.append(try notation.value(String(item.dropLast())))
        case .weekdays where item.hasSuffix("L") && item.count > 1:
            lastWeekdays.append(try notation.value(String(item.dropLast())))
        case .weekdays where item.contains("#"):
            let parts = item.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, let number = Int(parts[1]), 1...5 ~= number else {
                throw CronError("Failed to parse \(item): the number after # is from 1 to 5.")
            }
            numbered.append(try notation.value(parts[0]) * 10 + number)
        default: return false
        }
        return true
    }

    /// Whether a field of days of the month names a day.
    func names(dayOf date: CivilDate) -> Bool {
        if values.contains(date.day) || (isLastDay && date.day == date.daysInMonth) { return true }
        let isWorkday = date.weekday != 0 && date.weekday != 6
        guard isWorkday else { return false }
        if isLastWorkday, date.day == Self.workday(nearestTo: date.daysInMonth, date) { return true }
        return nearest.contains { $0 <= date.daysInMonth && Self.workday(nearestTo: $0, date) == date.day }
    }

    /// Whether a field of weekdays names a day.
    func names(weekdayOf date: CivilDate) -> Bool {
        values.contains(date.weekday)
            || (lastWeekdays.contains(date.weekday) && date.day + 7 > date.daysInMonth)
            || numbered.contains(date.weekday * 10 + (date.day - 1) / 7 + 1)
    }

    /// The workday of the month that is nearest to a day of it.
    private static func workday(nearestTo day: Int, _ date: CivilDate) -> Int {
        switch date.weekday(ofDay: day) {
        case 6: day == 1 ? 3 : day - 1
        case 0: day == date.daysInMonth ? day - 2 : day + 1
        default: day
        }
    }
}

/// What a field's values may be and how they are written.
struct CronNotation {
    let kind: CronField.Kind
    private let dialect: CronExpression.Dialect
    private let range: ClosedRange<Int>
    private let names: [String]
    private let firstName: Int

    init(_ kind: CronField.Kind, _ dialect: CronExpression.Dialect) {
        self.kind = kind
        self.dialect = dialect
        switch kind {
        case .seconds, .minutes: (range, names, firstName) = (0...59, [], 0)
        case .hours: (range, names, firstName) = (0...23, [], 0)
        case .days: (range, names, firstName) = (1...31, [], 0)
        case .months:
            let names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
            (range, self.names, firstName) = (1...12, names, 1)
        case .weekdays:
            let names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
            (range, self.names, firstName) = dialect == .triggers ? (1...7, names, 1) : (0...7, names, 0)
        }
    }

    var allowsSpecials: Bool { dialect == .triggers }

    /// How many different values there are.
    var distinct: Int { kind == .weekdays ? 7 : range.count }

    /// Weekdays count from Sunday, 0.
    private func canonical(_ value: Int) -> Int {
        guard kind == .weekdays else { return value }
        return dialect == .triggers ? value - 1 : value % 7
    }

    /// One value as it counts.
    func value(_ text: String) throws(CronError) -> Int { canonical(try raw(text)) }

    private func raw(_ text: String) throws(CronError) -> Int {
        if let index = names.firstIndex(of: text.uppercased()) { return firstName + index }
        guard let value = Int(text), text.first != "+", text.first != "-" else {
            throw CronError("Failed to parse \(text): \(text) is NaN.")
        }
        guard range.contains(value) else {
            let (low, high) = (range.lowerBound, range.upperBound)
            throw CronError("Failed to parse \(text): \(text) is outside of constraint range of \(low) - \(high).")
        }
        return value
    }

    /// The values of a value, a range or a step.
    func values(of item: String) throws(CronError) -> [Int] {
        let parts = item.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let base = parts.first else {
            throw CronError("Failed to parse \(item): \(item) is NaN.")
        }
        let step = parts.count == 2 ? try step(parts[1]) : 1
        if base == "*" { return strided(range, step) }
        let ends = base.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard ends.count == 2 else {
            let value = try raw(base)
            // A single value with a step runs to the end in Cron Triggers, and is just itself for agents.
            return parts.count == 2 && dialect == .triggers
                ? strided(value...range.upperBound, step) : [canonical(value)]
        }
        let first = try raw(ends[0])
        let low = kind == .weekdays && dialect == .agents && first == 7 ? 0 : first
        let high = try raw(ends[1])
        guard low <= high else {
            throw CronError("Failed to parse \(item): Invalid range (start: \(low), end: \(high)).")
        }
        return strided(low...high, step)
    }

    private func step(_ text: String) throws(CronError) -> Int {
        guard let step = Int(text) else { throw CronError("Failed to parse step: \(text) is NaN.") }
        guard step > 0 else { throw CronError("Failed to parse step: Expected \(step) to be greater than 0.") }
        return step
    }

    private func strided(_ range: ClosedRange<Int>, _ step: Int) -> [Int] {
        stride(from: range.lowerBound, through: range.upperBound, by: step).map(canonical)
    }
}
