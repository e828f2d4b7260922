internal import struct Synchronization.Atomic

/// Entries of an object's storage, read one at a time from where the last one was.
///
/// Only the newest list of an object may be read: `next` throws once another cursor or `list`, with or without `await`,
/// was begun, or `deleteAll` was called. Isolation: only on the object's executor, like all storage. A step reads what
/// is stored when it is taken, so writes ahead of the cursor are seen; do not rely on that.
///
/// ```swift
/// let cursor = try ctx.storage.kv.cursor(ListOptions(prefix: "order/"), as: Order.self)
/// while let (key, order) = try cursor.next() {
///     if order.isOpen { return key }
/// }
/// ```
public final class KeyValueCursor<Value: Decodable & Sendable> {
    /// One key and its value.
    public typealias Element = (key: String, value: Value)

    private let incarnation: Incarnation
    private let number: UInt64
    private let reverse: Bool
    private var range: KeyRange
    private var remaining: Int

    init(incarnation: Incarnation, options: ListOptions) throws {
        range = try options.range()
        reverse = options.reverse
        remaining = options.limit ?? .max
        self.incarnation = incarnation
        number = try incarnation.beginList()
    }

    /// The next entry; nil when there are no more.
    ///
    /// Throws when a newer list was begun, when the value is not a `Value`, or when the object was reset.
    public func next() throws -> Element? {
        try incarnation.check()
        guard remaining > 0, !range.isEmpty else { return nil }
        guard try incarnation.isNewestList(number) else {
            throw DurableObjectError(
                .invalidArgument,
                """
                kv.list() iterator was invalidated because a new call to kv.list() was started. Only one kv.list() \
                iterator can exist at a time.
                """
            )
        }
        var found: (key: [UInt8], value: [UInt8])?
        try incarnation.scan(.keyValue, range, reverse: reverse) { key, value in
            found = (key, value)
            return false
        }
        guard let found else {
            remaining = 0
            return nil
        }
        remaining -= 1
        if reverse { range.upper = found.key } else { range.lower = found.key + [0] }
        return (String(decoding: found.key, as: UTF8.self), try ValueCodec.decode(Value.self, from: found.value))
    }
}

/// How many lists an object has begun in this life.
private final class ListCount: Sendable {
    let begun = Atomic<UInt64>(0)
}

extension Incarnation {
    private var lists: ListCount {
        let key = ObjectIdentifier(ListCount.self)
        if let known = parts[key] as? ListCount { return known }
        let made = ListCount()
        parts[key] = made
        return made
    }

    /// Notes that a list begins, which ends the older ones; its number.
    @discardableResult
    func beginList() throws(DurableObjectError) -> UInt64 {
        try check()
        return lists.begun.wrappingAdd(1, ordering: .relaxed).newValue
    }

    func isNewestList(_ number: UInt64) throws(DurableObjectError) -> Bool {
        try check()
        return lists.begun.load(ordering: .relaxed) == number
    }
}
