/// Makes and checks the ids of one class, by the scheme of workerd (`actor-id-impl.c++`).
///
/// An id is `base ‖ mac`, 16 bytes each; `mac` is the first half of HMAC-SHA-256 of the base under the SHA-256 of the
/// class's unique key. So an id of one class is refused by another, and a name gives the same id on every node.
package struct ObjectIdFactory: Sendable {
    private let key: HMACKey

    package init(uniqueKey: String) {
        key = HMACKey(Digest.sha256(uniqueKey.utf8))
    }

    /// The id of a name; the same for ever.
    package func idFromName(_ name: String) -> DurableObjectId {
        seal(Array(key.authenticate(name.utf8).prefix(16)), name: name)
    }

    /// A random id without a name.
    package func newUniqueId(random: any RandomSource) -> DurableObjectId {
        seal(random.bytes(16), name: nil)
    }

    /// Reads 64 hexadecimal digits and checks that they are an id of this class.
    package func idFromString(_ text: String) throws(DurableObjectError) -> DurableObjectId {
        guard text.utf8.count == 64, let bytes = Hex.decode(text) else {
            throw .typeError("Invalid Durable Object ID: must be 64 hex digits")
        }
        let id = DurableObjectId(bytes: bytes, name: nil)
        guard isValid(id) else { throw .typeError("Durable Object ID is not valid for this namespace.") }
        return id
    }

    /// Whether the id was made for this class.
    package func isValid(_ id: DurableObjectId) -> Bool {
        mac(of: Array(id.bytes.prefix(16))) == Array(id.bytes.suffix(16))
    }

    private func seal(_ base: [UInt8], name: String?) -> DurableObjectId {
        DurableObjectId(bytes: base + mac(of: base), name: name)
    }

    private func mac(of base: [UInt8]) -> [UInt8] {
        Array(key.authenticate(base).prefix(16))
    }
}
