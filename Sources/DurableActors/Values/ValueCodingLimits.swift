/// The bounds the value codecs hold both what they read and what they write to.
public struct ValueCodingLimits: Sendable {
    /// How many containers may stand inside one another, and how many `encode(to:)` calls may.
    public static let depth = 512

    /// The most bytes one encoded value may have, because positions in it are kept in 32 bits.
    public static let bytes = Int(UInt32.max) - 1

    /// The number of members up to which a keyed container is searched in order rather than hashed.
    static let searchedMembers = 16
}
