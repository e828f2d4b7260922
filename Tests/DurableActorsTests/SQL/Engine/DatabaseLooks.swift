import DurableActors
import DurableActorsTestKit

extension DurableObjectState {
    /// Throws unless the object's database is in order.
    func checkIntegrity() throws { try incarnation.connection().checkIntegrity() }

    /// Runs a text whose rows nobody wants.
    func run(_ text: String) throws { try storage.sql.exec(text) }

    /// The one number that a query gives.
    func number(_ query: String) throws -> Int64 { try storage.sql.exec(query).one().values[0].integer ?? -1 }
}

extension Theatre {
    /// Makes the table of `withTable`.
    static let table = "CREATE TABLE IF NOT EXISTS t(k INTEGER PRIMARY KEY, v)"

    /// A theatre whose player has a table with so many rows.
    static func withTable(
        rows: Int = 0,
        limits: HostLimits = HostLimits(),
        keepsHistory: Bool = false
    ) throws -> Theatre {
        let theatre = try Theatre(limits: limits, keepsHistory: keepsHistory)
        try theatre.play { ctx in
            try ctx.run(table)
            for row in 0..<rows { try ctx.run("INSERT INTO t VALUES (\(row), 'first')") }
            return ""
        }
        return theatre
    }

    /// The keys of the player's table, whose database is in order.
    func keys() throws -> String {
        try play { ctx in
            try ctx.checkIntegrity()
            let keys = "SELECT coalesce(group_concat(k), '') FROM (SELECT k FROM t ORDER BY k)"
            return try ctx.storage.sql.exec(keys).one().values[0].text ?? ""
        }
    }

    /// How many rows of the player's are on the disk: values and pages.
    func storedRows(_ name: String = "one") throws -> Int {
        let cell = stub(name).id.cell
        let objects = host.runtime.core.objects
        guard let record = try objects.record(cell.objectClass.number, cell.id) else { return 0 }
        return try objects.extent(of: ObjectLocator(shard: cell.id.shard, number: record.number)).rows
    }
}
