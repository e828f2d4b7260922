import HostClient

/// Holds what clients were told against what the nodes have.
enum LedgerCheck {
    /// What is wrong, asked at any node; clients may go on adding meanwhile.
    static func violations(of seen: LedgerCrowd.Seen, at doors: [Int]) throws -> [String] {
        let clients = try doors.map { try HTTPClient(port: $0) }
        return try seen.told.sorted { $0.key < $1.key }.enumerated().flatMap { place, entry in
            let (ledger, told) = entry
            let answer = try clients[place % clients.count].request("GET", "/ledger/\(ledger)")
            let numbers = answer.text.split(separator: " ").compactMap { Int($0) }
            guard numbers.count == 4 else { return ["ledger \(ledger): \(answer.status) \(answer.text)"] }
            var found: [String] = []
            if numbers[0] < told { found.append("ledger \(ledger): told of \(told), \(numbers[0]) are there") }
            if Set(numbers).count != 1 { found.append("ledger \(ledger): its four counts differ: \(numbers)") }
            return found
        }
    }
}
