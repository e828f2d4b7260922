/// The number by which an endpoint says why it closes.
package struct CloseCode: RawRepresentable, Sendable, Hashable {
    /// The number as it stands in a close frame.
    package let rawValue: UInt16

    /// Makes a code from any number; `isSendable` tells whether it may be used.
    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The purpose of the connection is fulfilled.
    package static let normal = Self(rawValue: 1000)
    /// The endpoint goes away, as a server that shuts down does.
    package static let goingAway = Self(rawValue: 1001)
    /// The peer broke the protocol.
    package static let protocolError = Self(rawValue: 1002)
    /// Stands for a close frame without a code; never sent.
    package static let noStatus = Self(rawValue: 1005)
    /// Stands for a connection that ended without a close frame; never sent.
    package static let abnormal = Self(rawValue: 1006)
    /// The data does not fit its kind, as text that is not UTF-8.
    package static let invalidData = Self(rawValue: 1007)
    /// A message is too big.
    package static let tooBig = Self(rawValue: 1009)
    /// The server met an unexpected condition.
    package static let internalError = Self(rawValue: 1011)

    /// Whether an application may send the code: 1000...4999 but for 1004, 1005, 1006 and 1015.
    package var isSendable: Bool {
        (1000...4999).contains(rawValue) && ![1004, 1005, 1006, 1015].contains(rawValue)
    }

    /// Whether a peer may send the code: besides the rule for sending, 1016...2999 are kept for later protocols.
    package var isReceivable: Bool {
        isSendable && !(1016...2999).contains(rawValue)
    }
}
