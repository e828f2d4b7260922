/// What a list of conformance scenarios breaks: each number once and in order, a known state, a title, and a reason
/// where there is no test.
struct ConformanceList: Sendable {
    static let states: Set = ["test", "pending", "not portable"]

    static func violations(_ text: String, count: Int = 190) -> [String] {
        var found: [String] = []
        var expected = 1
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: "|", omittingEmptySubsequences: false).map { part in
                String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            guard let number = Int(parts[0]) else {
                found.append("\(line) has no number")
                continue
            }
            if number != expected { found.append("\(number) stands where \(expected) should") }
            expected = number + 1
            guard parts.count >= 3, states.contains(parts[1]), !parts[2].isEmpty else {
                found.append("\(number) has no known state or no title")
                continue
            }
            if parts[1] == "test" {
                if parts.count > 3 { found.append("\(number) has a test and a reason to have none") }
            } else if parts.count != 4 || parts[3].isEmpty {
                found.append("\(number) has no reason")
            }
        }
        if expected != count + 1 { found.append("the last number is \(expected - 1) and not \(count)") }
        return found
    }
}
