import FoundationEssentials

/// Values as lines of JSON and back.
package enum WireCoding {
    /// The value as one line with its newline.
    package static func line(_ value: some Encodable) throws(SandboxError) -> [UInt8] {
        var bytes = try document(value)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    /// The value as a JSON document.
    package static func document(_ value: some Encodable) throws(SandboxError) -> [UInt8] {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return [UInt8](try encoder.encode(value))
        } catch {
            throw SandboxError(.invalidRequest, "A value has no JSON form: \(error)")
        }
    }

    /// The value a JSON document stands for.
    package static func value<Value: Decodable>(
        _ type: Value.Type = Value.self,
        from bytes: [UInt8]
    ) throws(SandboxError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw SandboxError(.invalidRequest, "Not a valid \(type): \(error)")
        }
    }
}
