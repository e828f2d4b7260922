/// A coding key known by its text or its position, as the codecs' coding paths show them.
struct ValueKey: CodingKey {
    static let parent = ValueKey(stringValue: "super")

    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = "Index \(intValue)"
        self.intValue = intValue
    }
}
