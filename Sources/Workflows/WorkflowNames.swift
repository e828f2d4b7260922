/// Which names of workflows, instances, steps and events are well formed; lengths count UTF-16 units.
enum WorkflowNames {
    static func isWorkflowName(_ text: String) -> Bool { isWord(text, longest: 64) }

    /// An id that `create` takes.
    static func isNewInstanceId(_ text: String) -> Bool { isWord(text, longest: 100) }

    static func isEventType(_ text: String) -> Bool { isWord(text, longest: 100) }

    /// An id that may name an existing instance, one made by a schedule included.
    static func isInstanceId(_ text: String) -> Bool {
        !text.isEmpty && text.utf16.count <= 271
            && text.utf8.allSatisfy { isWordByte($0) || " ,*/#-".utf8.contains($0) }
    }

    static func isStepName(_ text: String) -> Bool {
        text.utf16.count <= 256 && text.utf8.allSatisfy { $0 >= 0x20 }
    }

    private static func isWord(_ text: String, longest: Int) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= longest else { return false }
        return isWordByte(first) && text.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
