/// Where the pages of a database are kept.
package protocol PageRows: AnyObject {
    /// A page as it was written last; nil when there is none.
    func page(_ number: UInt32) throws -> [UInt8]?
    /// Keeps a page, or with nil forgets it.
    func setPage(_ number: UInt32, _ bytes: [UInt8]?) throws
    /// How many pages there are, counted up to the last.
    func pageCount() throws -> UInt32
    func setPageCount(_ count: UInt32) throws
}

/// The one file of a database, which is rows: a page each, and how many there are.
///
/// SQLite keeps the last 16 bytes of each page free, so they are not stored. Pages are taken only while a transaction
/// commits: with the journal in memory SQLite hands over pages earlier only when its memory is to hold no more.
@safe package final class PageFile: @unchecked Sendable {
    // Safe because it is used only by its connection, which is confined to the object's cell.
    package static let pageSize = 4096
    static let reservedBytes = 16
    package static let storedBytes = pageSize - reservedBytes

    /// Why a page is not taken.
    enum Refusal: Error {
        /// The transaction has outgrown its bound.
        case full
        /// It is no page of this format.
        case notAPage
        /// The file is closed.
        case closed
    }

    /// Nil once the file is closed: whoever keeps the rows keeps the connection too.
    private var rows: (any PageRows)?
    private var count: UInt32
    private let transactionBytes: Int
    private var takesPages = false
    private var bytesTaken = 0

    /// A file over rows whose transactions are at most so large.
    package init(rows: any PageRows, transactionBytes: Int) throws {
        self.rows = rows
        self.transactionBytes = transactionBytes
        count = try rows.pageCount()
    }

    var size: Int { Int(count) * Self.pageSize }

    /// Runs what commits a transaction; the pages it writes are kept.
    package func takingPages(_ body: () throws -> Void) throws {
        takesPages = true
        bytesTaken = 0
        let before = count
        defer { takesPages = false }
        try body()
        if count != before { try live().setPageCount(count) }
    }

    /// Fills the buffer from within one page; false when that lies beyond the end, and then the rest is zero.
    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Bool {
        let (index, start) = offset.quotientAndRemainder(dividingBy: Self.pageSize)
        guard start + buffer.count <= Self.pageSize else { throw Refusal.notAPage }
        let page = index < Int(count) ? try live().page(UInt32(index + 1)) : nil
        let stored = (page ?? [])[...].dropFirst(start).prefix(buffer.count)
        // Safe because no more is copied than the buffer holds, and SQLite's buffer lasts for the call.
        unsafe stored.withUnsafeBytes { unsafe buffer.copyMemory(from: $0) }
        unsafe buffer[stored.count...].initializeMemory(as: UInt8.self, repeating: 0)
        return index < Int(count)
    }

    /// Keeps one page.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        guard takesPages else { throw Refusal.full }
        guard bytes.count == Self.pageSize, offset % Self.pageSize == 0,
            unsafe bytes[Self.storedBytes...].allSatisfy({ $0 == 0 })
        else { throw Refusal.notAPage }
        bytesTaken += Self.pageSize
        guard bytesTaken <= transactionBytes else { throw Refusal.full }
        let number = UInt32(offset / Self.pageSize + 1)
        // Safe because the bytes are copied while SQLite's buffer lasts.
        try live().setPage(number, unsafe Array(bytes.prefix(Self.storedBytes)))
        count = max(count, number)
    }

    /// Forgets the pages above a size.
    func truncate(to size: Int) throws {
        guard takesPages else { throw Refusal.full }
        let kept = UInt32(size / Self.pageSize)
        guard kept < count else { return }
        for number in (kept + 1)...count { try live().setPage(number, nil) }
        count = kept
    }

    private func live() throws -> any PageRows {
        guard let rows else { throw Refusal.closed }
        return rows
    }

    /// Lets go of the rows.
    func close() { rows = nil }
}
