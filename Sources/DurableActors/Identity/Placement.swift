/// A region of law in which an object's data must stay; the names are those of Durable Objects.
///
/// No host of this package can promise one: every call that takes a jurisdiction refuses all but nil.
public struct DurableObjectJurisdiction: Sendable, Hashable, RawRepresentable {
    /// The name of the jurisdiction.
    public let rawValue: String
    /// Makes a jurisdiction from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The European Union.
    public static let eu = DurableObjectJurisdiction(rawValue: "eu")
    /// FedRAMP, moderate.
    public static let fedramp = DurableObjectJurisdiction(rawValue: "fedramp")
    /// FedRAMP, high.
    public static let fedrampHigh = DurableObjectJurisdiction(rawValue: "fedramp-high")
    /// The United States.
    public static let us = DurableObjectJurisdiction(rawValue: "us")

    /// Throws when a jurisdiction is asked for.
    package static func refuse(_ jurisdiction: DurableObjectJurisdiction?) throws(DurableObjectError) {
        guard jurisdiction != nil else { return }
        throw DurableObjectError(.unsupported, "Jurisdiction restrictions are not implemented in workerd.")
    }
}

/// Where an object should begin its life, as far as the caller knows; a hint, which a host of one place ignores.
public struct DurableObjectLocationHint: Sendable, Hashable, RawRepresentable {
    /// The name of the region.
    public let rawValue: String
    /// Makes a hint from the name of a region, known or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Western North America.
    public static let wnam = DurableObjectLocationHint(rawValue: "wnam")
    /// Eastern North America.
    public static let enam = DurableObjectLocationHint(rawValue: "enam")
    /// South America.
    public static let sam = DurableObjectLocationHint(rawValue: "sam")
    /// Western Europe.
    public static let weur = DurableObjectLocationHint(rawValue: "weur")
    /// Eastern Europe.
    public static let eeur = DurableObjectLocationHint(rawValue: "eeur")
    /// Asia and the Pacific.
    public static let apac = DurableObjectLocationHint(rawValue: "apac")
    /// The north-east of Asia and the Pacific.
    public static let apacNortheast = DurableObjectLocationHint(rawValue: "apac-ne")
    /// The south-east of Asia and the Pacific.
    public static let apacSoutheast = DurableObjectLocationHint(rawValue: "apac-se")
    /// Oceania.
    public static let oc = DurableObjectLocationHint(rawValue: "oc")
    /// Africa.
    public static let afr = DurableObjectLocationHint(rawValue: "afr")
    /// The Middle East.
    public static let me = DurableObjectLocationHint(rawValue: "me")
}

/// Which copy of an object calls may go to; an object has only its primary here.
public struct DurableObjectRoutingMode: Sendable, Hashable, RawRepresentable {
    /// The name of the mode.
    public let rawValue: String
    /// Makes a mode from its name; `get` refuses one it does not know.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Only the object itself.
    public static let primaryOnly = DurableObjectRoutingMode(rawValue: "primary-only")

    /// Throws when the mode is not known.
    package static func check(_ mode: DurableObjectRoutingMode?) throws(DurableObjectError) {
        guard let mode, mode != .primaryOnly else { return }
        throw DurableObjectError(.invalidArgument, "unknown routingMode: \(mode.rawValue)", name: "RangeError")
    }
}
