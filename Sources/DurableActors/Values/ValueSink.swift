/// The bytes one encoding produces, with the containers still being filled.
///
/// Containers are written straight to the end of the bytes. Each is a frame: two bytes of header, whose count is set
/// when the frame is sealed, and its items. Swift lets several containers of one value be filled in turns, though
/// nearly nothing does: a frame whose parent has moved on is closed, and what is still added to it is inserted at its
/// end, at the price of moving the bytes behind it. Frames are recycled once the `encode(to:)` call they belong to
/// returns; a generation number in each handle makes a container that outlived its call fail instead of doing harm.
final class ValueSink {
    typealias Frame = ValueFrames.Frame
    typealias Handle = ValueFrames.Handle

    // Safe because no step over it runs code of what is encoded, so none begins within another.
    @exclusivity(unchecked) private var filled: ValueFrames
    var body: ValueFrames {
        _read { yield unsafe filled }
        _modify { yield unsafe &filled }
    }
    /// The refusal of a request that could not throw, thrown at the end.
    var failure: (any Error)?
    let userInfo: [CodingUserInfoKey: any Sendable]
    let prefix: [any CodingKey]
    private let depth: Int
    private(set) var calls: Int

    /// Takes values; the bytes begin with `version` where there is one.
    init(
        flavor: ValueFlavor,
        version: UInt8? = nil,
        userInfo: [CodingUserInfoKey: any Sendable],
        prefix: [any CodingKey] = [],
        depth: Int = 0,
        calls: Int = 0
    ) {
        var body = ValueFrames(flavor: flavor)
        body.writer.bytes.reserveCapacity(128)
        if let version { body.writer.bytes.append(version) }
        unsafe filled = body
        self.userInfo = userInfo
        self.prefix = prefix
        self.depth = depth
        self.calls = calls
    }

    /// Encodes the value the sink is for; returns all bytes.
    @discardableResult
    func encode<T: Encodable>(_ value: T) throws -> [UInt8] {
        do {
            if try !body.writer.direct(value, depth: depth) { try descend(value, from: -1, place: 0) }
        } catch {
            throw located(error, in: prefix)
        }
        if let failure { throw failure }
        body.widenCounts()
        return body.writer.bytes
    }

    func isLive(_ handle: Handle) -> Bool { body.isLive(handle) }

    /// Opens a frame at the end of the bytes.
    func push(from parent: Int, place: Int) throws -> Handle {
        try body.push(from: parent, place: place, depth: depth)
    }

    /// Lets the value write itself into a new frame.
    func descend<T: Encodable>(_ value: T, from parent: Int, place: Int) throws {
        let handle = try push(from: parent, place: place)
        try call(value, into: handle)
        body.pop(Int(handle.index))
    }

    func call<T: Encodable>(_ value: T, into handle: Handle) throws {
        guard calls < ValueCodingLimits.depth else { throw ValueCodingError.tooDeep() }
        calls += 1
        defer { calls -= 1 }
        try value.encode(to: ValueEncoder(sink: self, handle: handle))
    }
}
