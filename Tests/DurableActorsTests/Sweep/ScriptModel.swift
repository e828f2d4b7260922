/// What is stored, as a script's model has it: of each object its rows and its alarms.
struct ScriptModel: Equatable {
    private(set) var rows: [String: [String: Int64]] = [:]

    /// The value of a row; nil removes it.
    subscript(object: String, row: String) -> Int64? {
        get { rows[object]?[row] }
        set { rows[object, default: [:]][row] = newValue }
    }

    mutating func clear(_ object: String) { rows[object] = [:] }

    /// The model in words, in an order of its own.
    var words: [String] {
        rows.flatMap { object, rows in rows.map { "\(object): \($0.key)=\($0.value)" } }.sorted()
    }
}

/// One thing that a script does, and what is stored after each of the commits that it leads to.
struct ScriptStep {
    typealias Edit = (inout ScriptModel) -> Void

    let name: String
    let act: (ScriptRun) throws -> Void
    /// Each edit comes after the one before, in a commit of its own.
    let edits: [Edit]

    init(_ name: String, _ act: @escaping (ScriptRun) throws -> Void, _ edits: Edit...) {
        self.name = name
        self.act = act
        self.edits = edits
    }
}
