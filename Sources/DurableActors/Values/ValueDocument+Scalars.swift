extension ValueDocument {
    func bool(at node: Int) throws -> Bool {
        switch tag(at: node) {
        case .true: return true
        case .false: return false
        default: throw mismatch(Bool.self, at: node)
        }
    }

    func string(at node: Int) throws -> String {
        guard tag(at: node) == .string else { throw mismatch(String.self, at: node) }
        return text(at: node)
    }

    /// The integer if it fits the type; JSON's doubles are integers where they have no fraction.
    func integer<I: FixedWidthInteger & Sendable>(_ type: I.Type, at node: Int) throws -> I {
        let value: I?
        switch tag(at: node) {
        case .integer: value = I(exactly: zigzag(at: node))
        case .unsigned: value = I(exactly: fixed(UInt64.self, at: node))
        case .wideInteger: value = I(exactly: fixed(Int128.self, at: node))
        case .wideUnsigned: value = I(exactly: fixed(UInt128.self, at: node))
        case .double where flavor == .json: value = I(exactly: Double(bitPattern: fixed(UInt64.self, at: node)))
        default: throw mismatch(type, at: node)
        }
        guard let value else { throw misfit(type, at: node) }
        return value
    }

    func double(at node: Int) throws -> Double {
        switch tag(at: node) {
        case .double: Double(bitPattern: fixed(UInt64.self, at: node))
        case .float: Double(Float(bitPattern: fixed(UInt32.self, at: node)))
        default: try whole(Double.self, at: node)
        }
    }

    /// The float nearest the number, provided there is a finite one for a finite number.
    func float(at node: Int) throws -> Float {
        switch tag(at: node) {
        case .float: return Float(bitPattern: fixed(UInt32.self, at: node))
        case .double:
            let double = Double(bitPattern: fixed(UInt64.self, at: node))
            let float = Float(double)
            guard float.isFinite || !double.isFinite else { throw misfit(Float.self, at: node) }
            return float
        default: return try whole(Float.self, at: node)
        }
    }

    private func whole<F: BinaryFloatingPoint>(_ type: F.Type, at node: Int) throws -> F {
        let value: F?
        switch tag(at: node) {
        case .integer: value = F(exactly: zigzag(at: node))
        case .unsigned: value = F(exactly: fixed(UInt64.self, at: node))
        case .wideInteger: value = F(exactly: fixed(Int128.self, at: node))
        case .wideUnsigned: value = F(exactly: fixed(UInt128.self, at: node))
        default: throw mismatch(type, at: node)
        }
        guard let value else { throw misfit(type, at: node) }
        return value
    }

    /// The error for a value of another kind than was asked for.
    func mismatch(_ type: Any.Type, at node: Int) -> DecodingError {
        let path = path(to: node)
        let reason = "Expected \(type) at \(Self.name(of: path)) but found \(tag(at: node).name)."
        let context = DecodingError.Context(codingPath: path, debugDescription: reason)
        return tag(at: node) == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    /// The error for a number the type cannot hold.
    func misfit(_ type: Any.Type, at node: Int) -> DecodingError {
        corrupted("The number at \(Self.name(of: path(to: node))) does not fit \(type).", at: node)
    }

    func corrupted(_ reason: String, at node: Int) -> DecodingError {
        .dataCorrupted(.init(codingPath: path(to: node), debugDescription: reason))
    }

    /// A path as JavaScript would write it, with `$` for the whole value.
    static func name(of path: [any CodingKey]) -> String {
        path.reduce("$") { $0 + ($1.intValue.map { "[\($0)]" } ?? ".\($1.stringValue)") }
    }
}
