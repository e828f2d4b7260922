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
    /// How many rows of the player's are on the disk: values and pages.
    func storedRows(_ name: String = "one") throws -> Int {
        let cell = stub(name).id.cell
        let objects = host.runtime.core.objects
        guard let record = try objects.record(cell.objectClass.number, cell.id) else { return 0 }
        return try objects.extent(of: ObjectLocator(shard: cell.id.shard, number: record.number)).rows
    }
}
