/// What one life of a facet has beyond what every life has.
///
/// Isolation: confined to the facet's cell.
final class FacetLife {
    /// The section of the call that has started it.
    let callerSection: CriticalSection?
    /// The object it is inside of, which it keeps in memory.
    var parent: Incarnation?
    /// How it was made.
    var start: FacetStart?

    init(callerSection: CriticalSection?) { self.callerSection = callerSection }
}
