/// What a facet's rows are when it is made: what the row that makes it says behind the record.
package enum FacetOrigin: Sendable, Equatable {
    /// None, and no facet had the name.
    case nothing
    /// None, where the same batch gives up another facet of the name.
    case replacement
    /// Those of the facet with that number, and of those inside it.
    case copy(of: UInt64)

    /// Reads a facet's row; one that is removed leaves its name to a replacement.
    init(_ row: [UInt8]?) {
        guard let row else {
            self = .replacement
            return
        }
        var reader = ByteReader(row)
        // Silence is right: a row that cannot be read is refused where its record is wanted.
        let number = (try? Self.readNumber(&reader)) ?? nil
        // Numbers of objects begin at 1.
        self = number.map { $0 == 0 ? .replacement : .copy(of: $0) } ?? .nothing
    }

    private static func readNumber(_ reader: inout ByteReader) throws -> UInt64? {
        _ = try RowLayout.readRecord(&reader)
        return reader.isAtEnd ? nil : try reader.read(UInt64.self)
    }

    /// The row of a facet that begins so.
    func row(_ record: ObjectRecord) -> [UInt8] {
        var writer = ByteWriter(RowLayout.encode(record))
        switch self {
        case .nothing: break
        case .replacement: writer.append(UInt64(0))
        case .copy(let number): writer.append(number)
        }
        return writer.bytes
    }
}
