/// A statement written as a string literal in which every inserted value is a binding.
///
/// Nothing inserted is ever read as SQL, so no value can change what the statement does. An array stands for as many
/// parameters as it has elements, nil for NULL; `[UInt8]` is a blob. Within quotes an insertion is no parameter, and the
/// statement is refused.
///
/// ```swift
/// try sql("UPDATE tasks SET title = \(title), due = \(due) WHERE id IN (\(ids))")
/// ```
public struct SqlQuery: Sendable, Equatable, ExpressibleByStringInterpolation {
    /// The statement with a `?` for each value.
    public let text: String
    /// The values.
    public let bindings: [SqlStorageValue]

    /// A statement without values.
    public init(stringLiteral value: String) {
        text = value
        bindings = []
    }

    /// A statement put together by the compiler.
    public init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        bindings = stringInterpolation.bindings
    }

    /// What the compiler puts a statement together with.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var bindings: [SqlStorageValue] = []

        /// Begins a statement.
        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount)
            bindings.reserveCapacity(interpolationCount)
        }

        /// Adds text of the program's own.
        public mutating func appendLiteral(_ literal: String) { text += literal }

        /// Adds a value.
        public mutating func appendInterpolation(_ value: some SqlStorageBindable) {
            text += "?"
            bindings.append(value.sqlStorageValue)
        }

        /// Adds a value, or NULL for nil.
        public mutating func appendInterpolation(_ value: (some SqlStorageBindable)?) {
            text += "?"
            bindings.append(value.sqlStorageValue)
        }

        /// Adds NULL.
        public mutating func appendInterpolation(_ value: Never?) {
            text += "?"
            bindings.append(.null)
        }

        /// Adds values with commas between them, for `IN (…)` and `VALUES (…)`.
        public mutating func appendInterpolation(_ values: some Collection<some SqlStorageBindable>) {
            text += repeatElement("?", count: values.count).joined(separator: ", ")
            bindings += values.map(\.sqlStorageValue)
        }

        /// Adds a part of a statement with its values.
        public mutating func appendInterpolation(part: SqlQuery) {
            text += part.text
            bindings += part.bindings
        }

        /// Adds the name of a table, an index or a column, quoted.
        public mutating func appendInterpolation(identifier name: String) {
            text +=
                "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }
    }
}

extension SqlStorage {
    /// Executes a statement whose inserted values are bindings, and gives its rows.
    @discardableResult
    public func callAsFunction(_ query: SqlQuery) throws -> [SqlStorageRow] {
        try exec(query.text, bindings: query.bindings).toArray()
    }

    /// Executes a statement whose inserted values are bindings, and decodes its rows, as `SqlStorageCursor.next(as:)`.
    public func callAsFunction<Row: Decodable>(_ query: SqlQuery, as type: Row.Type = Row.self) throws -> [Row] {
        try exec(query.text, bindings: query.bindings).toArray(as: type)
    }
}
