/// Makes the messages of a bundle, one after the other.
struct ShardBundleWriter: Sendable {
    private var salt = ShardBundle.firstSalt
    private var counts = ShardBundle.Counts()

    mutating func head(_ head: ShardBundle.Head) -> [UInt8] {
        seal(.head) { $0.append(contentsOf: ShardBundle.encode(head)) }
    }

    mutating func directory(_ rows: [ShardBundle.Row]) -> [UInt8] {
        counts.directory += UInt64(rows.count)
        return seal(.directory) { Self.append(rows, to: &$0) }
    }

    mutating func rows(_ rows: [ShardBundle.Row]) -> [UInt8] {
        counts.rows += UInt64(rows.count)
        return seal(.rows) { Self.append(rows, to: &$0) }
    }

    mutating func handover(_ piece: some Collection<UInt8>) -> [UInt8] {
        counts.handover += UInt64(piece.count)
        return seal(.handover) { $0.append(counted: Array(piece)) }
    }

    mutating func end() -> [UInt8] {
        let counts = counts
        return seal(.end) { bytes in
            bytes.append(big: counts.directory)
            bytes.append(big: counts.rows)
            bytes.append(big: counts.handover)
        }
    }

    private static func append(_ rows: [ShardBundle.Row], to bytes: inout [UInt8]) {
        bytes.append(big: UInt32(rows.count))
        for row in rows {
            bytes.append(counted: row.key)
            bytes.append(counted: row.value)
        }
    }

    private mutating func seal(_ kind: ShardBundle.Kind, _ content: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: ShardBundle.checksumBytes)
        bytes.append(kind.rawValue)
        content(&bytes)
        while bytes.count % 8 != 0 { bytes.append(0) }
        salt = LogChecksum.of(bytes, from: ShardBundle.checksumBytes, to: bytes.count, salt: salt)
        bytes.replace(at: 0, big: salt)
        return bytes
    }
}
