internal import Distributed
public import DurableActors

extension Agent {
    /// Executes a statement on the agent's database, every inserted value bound, and gives its rows.
    ///
    /// Throws `SqlError` for what the database refuses. Nothing here suspends; what is written becomes durable with the
    /// turn's other writes. Tables whose names begin with `cf_agents_` are the framework's.
    @discardableResult
    public func sql(_ query: SqlQuery) throws -> [SqlStorageRow] {
        try refusing(query) { try ctx.storage.sql(query) }
    }

    /// Executes a statement on the agent's database, every inserted value bound, and decodes its rows by their columns.
    public func sql<Row: Decodable>(_ query: SqlQuery, as type: Row.Type) throws -> [Row] {
        try refusing(query) { try ctx.storage.sql(query, as: type) }
    }

    private func refusing<Result>(_ query: SqlQuery, _ run: () throws -> Result) throws -> Result {
        do {
            return try run()
        } catch let failure as SQLFailure {
            throw SqlError(query: query.text, cause: failure)
        }
    }

    /// Makes the framework's tables, or brings those of an older version to this one; once in each life.
    func prepareTables() throws {
        guard !core.hasTables else { return }
        try AgentSchema { try self.sql($0) }.migrate()
        try adoptKeptRecords()
        core.hasTables = true
    }
}
