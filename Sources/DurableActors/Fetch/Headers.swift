/// An ordered, case-insensitive list of HTTP header fields with the Web API's method names.
///
/// Fields keep the order and the spelling in which they were added; lookups ignore ASCII case. A name may occur
/// many times. Adding a field never fails and never drops it: a name or value that HTTP forbids is kept as given and
/// refused, with an error, by the encoder that would have to put it on the wire. Ask `isValidName(_:)` and
/// `isValidValue(_:)` to know beforehand.
public struct Headers: Sendable {
    /// One field as it was added.
    struct Field: Sendable {
        var name: String
        var value: String
    }

    var fields: [Field] = []

    /// Makes an empty list.
    public init() {}

    /// Makes a list holding the given pairs in their order, repeated names included.
    public init(_ pairs: some Sequence<(String, String)>) {
        for (name, value) in pairs {
            append(name, value)
        }
    }

    /// The number of fields, each occurrence of a repeated name counted.
    public var count: Int { fields.count }

    /// Whether the list holds no field.
    public var isEmpty: Bool { fields.isEmpty }

    /// Returns the values of every field of this name joined by `", "`, or nil when there is none.
    public func get(_ name: String) -> String? {
        var joined: String?
        for field in fields where Self.namesMatch(field.name, name) {
            joined = joined.map { "\($0), \(field.value)" } ?? field.value
        }
        return joined
    }

    /// Returns the values of every field of this name, one element per field, in order.
    public func getAll(_ name: String) -> [String] {
        var values: [String] = []
        for field in fields where Self.namesMatch(field.name, name) {
            values.append(field.value)
        }
        return values
    }

    /// Returns every `Set-Cookie` value separately, since joining cookies by commas would corrupt them.
    public func getSetCookie() -> [String] {
        getAll("set-cookie")
    }

    /// Returns whether at least one field has this name.
    public func has(_ name: String) -> Bool {
        fields.contains { Self.namesMatch($0.name, name) }
    }

    /// Makes this the only field of its name, in the place of the first one there was, or at the end.
    ///
    /// Spaces and tabs around the value are not part of it and are removed.
    public mutating func set(_ name: String, _ value: String) {
        let field = Field(name: name, value: Self.trimmed(value))
        guard let first = fields.firstIndex(where: { Self.namesMatch($0.name, name) }) else {
            fields.append(field)
            return
        }
        fields[first] = field
        var index = first
        fields.removeAll { candidate in
            defer { index += 1 }
            return index > first && Self.namesMatch(candidate.name, name)
        }
    }

    /// Adds a field at the end, keeping those of the same name.
    ///
    /// Spaces and tabs around the value are not part of it and are removed.
    public mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: Self.trimmed(value)))
    }

    /// Removes every field of this name.
    public mutating func delete(_ name: String) {
        fields.removeAll { Self.namesMatch($0.name, name) }
    }
}

extension Headers: ExpressibleByDictionaryLiteral {
    /// Makes a list holding the literal's pairs in their order, repeated names included.
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements)
    }
}

extension Headers: Equatable {
    /// Returns whether both lists hold the same fields in the same order, names compared without case.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.fields.elementsEqual(rhs.fields) { $0.value == $1.value && namesMatch($0.name, $1.name) }
    }
}
