internal import Glibc
internal import Locks
internal import struct Synchronization.Atomic

/// Where a distributed method's name and its parameters' types are; never freed.
@unsafe struct TargetEntry: @unchecked Sendable {
    // Safe because what they point to is written before the record is known to anybody, and never changed or freed.
    let name: UnsafeMutablePointer<UInt8>
    let nameCount: Int
    let types: UnsafeMutablePointer<any Any.Type>
}

/// A distributed method as Swift's entry point wants it: its name as bytes and its parameters' types, at addresses that
/// stay.
///
/// A method without generic parameters has the same parameter types in every call, so a name has one record, made at
/// its first call and never freed. There are as many as the program has distributed methods.
@safe final class TargetRecord: @unchecked Sendable {
    // Safe because everything is written in init and only read after it.
    let entry: TargetEntry
    let typeList: [any Any.Type]
    /// Whether a parameter may carry handles, which belong to the call.
    let carriesHandles: Bool

    private init(_ target: String, _ types: [any Any.Type]) {
        let bytes = ContiguousArray(target.utf8)
        typeList = types
        carriesHandles = types.contains { $0 is any RpcCarrier.Type }
        // Safe because both are allocated for just what is put into them, and live as long as the program.
        unsafe entry = TargetEntry(
            name: .allocate(capacity: max(bytes.count, 1)),
            nameCount: bytes.count,
            types: .allocate(capacity: max(types.count, 1))
        )
        for (place, byte) in bytes.enumerated() { unsafe entry.name[place] = byte }
        for (place, type) in types.enumerated() { unsafe (entry.types + place).initialize(to: type) }
    }

    /// Records by name, behind the places below.
    private static let known = Mutex<[String: TargetRecord]>([:])
    private static let places = TargetPlaces()

    /// The record of a target; nil when it is generic or was recorded with other types, and so must go the general way.
    ///
    /// Without counting a reference to it, which it never needs.
    static func of(_ target: String, _ invocation: Invocation) -> Unmanaged<TargetRecord>? {
        guard !invocation.isGeneral else { return nil }
        let found = unsafe target.utf8.withContiguousStorageIfAvailable { unsafe places.find($0) }
        let record = unsafe (found ?? nil) ?? .passUnretained(make(target, invocation.argumentTypes))
        // Safe because records are never freed.
        return unsafe record._withUnsafeGuaranteedRef { invocation.hasTypes($0.typeList) } ? record : nil
    }

    /// The record of a target that has no generic parameters.
    @inline(never)
    static func make(_ target: String, _ types: [any Any.Type]) -> TargetRecord {
        let record = known.withLock { known in
            if let record = known[target] { return record }
            let record = TargetRecord(target, types)
            known[target] = record
            return record
        }
        _ = unsafe target.utf8.withContiguousStorageIfAvailable { unsafe places.put(record, for: $0) }
        return record
    }

    fileprivate func isNamed(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        // Safe because both pointers are to at least that many bytes.
        unsafe bytes.count == entry.nameCount
            && memcmp(bytes.baseAddress ?? UnsafePointer(entry.name), entry.name, entry.nameCount) == 0
    }
}

/// Where records are found by the address of their name, which for the compiler's own names is always the same.
///
/// A place holds one record and is only a hint: the bytes of the name decide.
@safe private final class TargetPlaces: @unchecked Sendable {
    private static let count = 256
    // Safe because it is initialised here and its elements are atomic; records are never freed.
    private let places = UnsafeMutablePointer<Atomic<Unmanaged<TargetRecord>?>>.allocate(capacity: count)

    init() {
        for place in 0..<Self.count { unsafe (places + place).initialize(to: Atomic(nil)) }
    }

    func find(_ name: UnsafeBufferPointer<UInt8>) -> Unmanaged<TargetRecord>? {
        guard let record = unsafe places[place(name)].load(ordering: .acquiring),
            unsafe record._withUnsafeGuaranteedRef({ unsafe $0.isNamed(name) })
        else { return nil }
        return unsafe record
    }

    func put(_ record: TargetRecord, for name: UnsafeBufferPointer<UInt8>) {
        unsafe places[place(name)].store(.passUnretained(record), ordering: .releasing)
    }

    private func place(_ name: UnsafeBufferPointer<UInt8>) -> Int {
        let address = UInt(bitPattern: name.baseAddress)
        return Int((address >> 4 ^ address >> 12) % UInt(Self.count))
    }
}
