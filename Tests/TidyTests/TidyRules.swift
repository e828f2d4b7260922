import Foundation

/// The house rules as a function from a file's text to what breaks them.
struct TidyRules: Sendable {
    static let maximumLines = 300

    var rooms = Room.all

    /// Code that only some rooms may hold; patterns are regular expressions over code without comments.
    private static let banned: [(pattern: String, name: String, right: Room.Rights?)] = [
        (#"\bDate\(\)"#, "Date()", .world),
        (#"\bContinuousClock\b"#, "ContinuousClock", .world),
        (#"\bSuspendingClock\b"#, "SuspendingClock", .world),
        (#"\bTask\.sleep\b"#, "Task.sleep", .world),
        (#"\.random\("#, ".random(", .world),
        (#"\bSystemRandomNumberGenerator\b"#, "SystemRandomNumberGenerator", .world),
        (#"(^|[^.\w])print\("#, "print(", .world),
        (#"\bTask\.detached\b"#, "Task.detached", .detached),
        (#"\btry!"#, "try!", nil),
    ]

    private static let unsafePattern =
        #"\bunsafe\b|@unchecked Sendable|nonisolated\(unsafe\)|unowned\(unsafe\)"#

    /// Words that have no place in a finished text, in any case; comments count.
    private static let words = [
        #"\bTODO\b"#, #"\bFIXME\b"#, #"\bXXX\b"#, #"\bHACK\b"#, #"/tmp/w/"#, #"/work/"#, #"\.\./shared"#,
        #"\bas requested\b"#, #"\bthe brief\b"#, #"\bthe prompt\b"#, #"\bissue #?[0-9]+"#, #"\bthe ticket\b"#,
        #"\bcode review\b"#, #"\bthe reviewer\b"#, #"\bwe were asked\b"#, #"\bmy (task|session)\b"#,
        #"\blanguage model\b"#, #"\bthe assistant\b"#,
    ]

    /// What breaks the rules in a source file; `path` is below `Sources`.
    func violations(inSource path: String, _ text: String) -> [String] {
        guard let room = rooms.filter({ $0.holds(path) }).max(by: { $0.path.count < $1.path.count }) else {
            return ["\(path) is in no room"]
        }
        let code = Self.withoutComments(text)
        var found = violations(inAny: path, text)
        for module in Self.imports(code) where !room.imports.contains(module) {
            found.append("\(path) imports \(module), which the room \(room.path) may not")
        }
        for rule in Self.banned where Self.matches(rule.pattern, code) {
            if let right = rule.right, room.rights.contains(right) { continue }
            found.append("\(path) uses \(rule.name)")
        }
        if Self.matches(Self.unsafePattern, code) {
            if !room.rights.contains(.unsafe) { found.append("\(path) is unsafe outside the rooms for that") }
            if !text.lowercased().contains("safe because") { found.append("\(path) is unsafe without a proof") }
        }
        return found
    }

    /// What breaks the rules that hold for tests as well.
    func violations(inAny path: String, _ text: String) -> [String] {
        var found: [String] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
        if lines > Self.maximumLines { found.append("\(path) has \(lines) lines") }
        for word in Self.words where Self.matches("(?i)" + word, text) {
            found.append("\(path) holds words like \(word)")
        }
        return found
    }

    /// The code alone: comment lines and the ends of lines behind `//` are gone.
    static func withoutComments(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard let range = line.range(of: #"(^|\s)//"#, options: .regularExpression) else { return String(line) }
            return String(line[..<range.lowerBound])
        }.joined(separator: "\n")
    }

    /// The modules that a text imports.
    static func imports(_ code: String) -> [String] {
        code.split(separator: "\n").compactMap { line in
            var words = line.split(separator: " ")
            while let first = words.first, modifiers.contains(String(first)) || first.hasPrefix("@") {
                words.removeFirst()
            }
            guard words.first == "import", words.count > 1 else { return nil }
            if words.count > 2, kinds.contains(String(words[1])) { words.remove(at: 1) }
            return words[1].split(separator: ".").first.map(String.init)
        }
    }

    private static let modifiers: Set = ["public", "package", "internal", "private", "fileprivate"]
    private static let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]

    private static func matches(_ pattern: String, _ text: String) -> Bool {
        text.split(separator: "\n").contains { $0.range(of: pattern, options: .regularExpression) != nil }
    }
}
