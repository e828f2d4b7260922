extension Headers: Sequence {
    /// Walks the fields in order, each occurrence of a repeated name on its own.
    public struct Iterator: IteratorProtocol, Sendable {
        private let fields: [Field]
        private var position = 0

        init(_ fields: [Field]) {
            self.fields = fields
        }

        /// Returns the next field as it was added, or nil after the last.
        public mutating func next() -> (name: String, value: String)? {
            guard position < fields.count else { return nil }
            defer { position += 1 }
            return (fields[position].name, fields[position].value)
        }
    }

    /// Returns an iterator over the fields as they are now.
    public func makeIterator() -> Iterator {
        Iterator(fields)
    }

    /// The exact number of fields.
    public var underestimatedCount: Int { fields.count }
}
