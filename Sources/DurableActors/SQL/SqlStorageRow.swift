/// A row of a result: its values by the names of their columns.
public struct SqlStorageRow: Sendable, Equatable {
    /// The names of the columns in order; a name may occur more than once.
    public let columnNames: [String]
    /// The values in order of the columns.
    public let values: [SqlStorageValue]

    /// The value of a column, or nil where there is none of that name; of columns with the same name the last counts.
    public subscript(column: String) -> SqlStorageValue? {
        columnNames.lastIndex(of: column).map { values[$0] }
    }

    /// The values by name, as the object that a row is in JavaScript.
    public var dictionary: [String: SqlStorageValue] {
        Dictionary(zip(columnNames, values)) { $1 }
    }
}
