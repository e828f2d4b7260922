/// The byte each value of the binary format begins with; `ValueCodec` tells what follows each.
enum ValueTag: UInt8, Sendable {
    case null = 0x00
    case `false` = 0x01
    case `true` = 0x02
    case integer = 0x03
    case unsigned = 0x04
    case wideInteger = 0x05
    case wideUnsigned = 0x06
    case double = 0x07
    case float = 0x08
    case string = 0x09
    case bytes = 0x0A
    case date = 0x0B
    case array = 0x0C
    case map = 0x0D

    /// The number of bytes that follow the tag, for the tags where it is always the same.
    var fixedLength: Int? {
        switch self {
        case .null, .false, .true: 0
        case .float: 4
        case .unsigned, .double, .date: 8
        case .wideInteger, .wideUnsigned: 16
        case .integer, .string, .bytes, .array, .map: nil
        }
    }

    /// What a person would call the value, for messages.
    var name: String {
        switch self {
        case .null: "null"
        case .false, .true: "a boolean"
        case .integer, .unsigned, .wideInteger, .wideUnsigned: "an integer"
        case .double, .float: "a number"
        case .string: "a string"
        case .bytes: "bytes"
        case .date: "a date"
        case .array: "an array"
        case .map: "a keyed map"
        }
    }
}

/// Whether values keep the binary format's own types or only those JSON has.
enum ValueFlavor: Sendable {
    case binary
    case json
}
