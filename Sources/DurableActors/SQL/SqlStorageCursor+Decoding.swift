extension SqlStorageCursor {
    /// The next row as a value of the program's own; nil when there are no more.
    ///
    /// Members are read from the columns of their names; a type that is a single value, such as `Int`, from a row with one
    /// column. Whole numbers may be stored as reals and the other way round, `Bool` as 1 and 0, `Date` as milliseconds
    /// since 1970, NULL is nil. Throws `DecodingError` where a column is missing or its value is something else.
    public func next<Row: Decodable>(as type: Row.Type) throws -> Row? {
        try next().map { try SqlRowDecoder.decode(type, from: $0) }
    }

    /// The rows that are left, decoded as by `next(as:)`.
    public func toArray<Row: Decodable>(as type: Row.Type) throws -> [Row] {
        try takeAll { try SqlRowDecoder.decode(type, from: SqlStorageRow(columnNames: columnNames, values: $0)) }
    }

    /// The only row that is left, decoded as by `next(as:)`; throws where there is none or more than one.
    public func one<Row: Decodable>(as type: Row.Type) throws -> Row {
        try SqlRowDecoder.decode(type, from: one())
    }
}
