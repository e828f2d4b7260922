/// Reads the text formats of Linux's `/proc`.
enum ProcText {
    /// The value of the first line `key : value` with the given key.
    static func value(of key: String, in text: String) -> String? {
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":"), trimmed(line[..<colon]) == key else { continue }
            return trimmed(line[line.index(after: colon)...])
        }
        return nil
    }

    /// Type and device of the file system that holds an absolute path, from the text of `/proc/self/mountinfo`.
    ///
    /// The deepest mount point above the path decides, and of several at one point the last, which covers the others.
    static func fileSystem(holding path: String, mounts: String) -> String? {
        var best: (depth: Int, text: String)?
        for line in mounts.split(whereSeparator: \.isNewline) {
            let fields = line.split(separator: " ")
            guard fields.count > 4, let dash = fields.firstIndex(of: "-"), dash + 2 < fields.count else { continue }
            let point = String(fields[4])
            guard point == "/" || path == point || path.hasPrefix(point + "/") else { continue }
            if point.utf8.count >= best?.depth ?? 0 {
                best = (point.utf8.count, "\(fields[dash + 1]) on \(fields[dash + 2])")
            }
        }
        return best?.text
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
