/// A step's key and what is known of it, as whoever works with the step and whoever writes it late share it.
///
/// A record is large and refers to much, so it is changed where it is and not handed on.
///
/// Confined to the executor of the step's object.
@safe class StepRow: @unchecked Sendable {
    // Safe because it is used as said above; but for whoever awaited the step, who reads the record that is not changed any
    // more once it was resumed.
    final let key: StepKey
    // Safe because no access of it runs anything that comes back here.
    @exclusivity(unchecked) private final var kept: StepRecord
    final var record: StepRecord {
        @inline(__always) _read { yield unsafe kept }
        @inline(__always) _modify { yield unsafe &kept }
    }

    /// The configuration alone, since reading through the record may copy all of it.
    final var config: FrozenConfig? { unsafe kept.config }

    /// The record as its row has it.
    final var bytes: [UInt8] { unsafe Self.bytes(of: &kept) }

    /// `inout`, so that the record is read where it is.
    private static func bytes(of record: inout StepRecord) -> [UInt8] { RowWriter(record).bytes }

    init(_ key: StepKey, _ record: StepRecord) {
        self.key = key
        unsafe kept = record
    }
}
