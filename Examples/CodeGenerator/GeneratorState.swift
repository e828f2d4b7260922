import DurableActors

/// What a generator keeps and its clients see: all of a project, however large.
struct GeneratorState: Codable, Sendable, Equatable {
    enum Phase: String, Codable, Sendable {
        case idle, blueprint, ready, generating, complete, stopped, failed
    }

    struct File: Codable, Sendable, Equatable {
        var contents: String
        var isComplete: Bool
    }

    var query = ""
    var blueprint: Blueprint?
    var files: [String: File] = [:]
    var phase = Phase.idle
    /// Whether files are being generated: a host that ends meanwhile goes on with it when it is back.
    var shouldBeGenerating = false
}

/// What is to be made: a title, and files in their order.
struct Blueprint: Codable, Sendable, Equatable {
    var title: String
    var files: [String]

    /// Reads what a model wrote: the title in the first line, a path in each further one.
    init(_ text: String) {
        let lines = text.split(separator: "\n").map(String.init)
        title = lines.first ?? ""
        files = Array(lines.dropFirst())
    }
}

/// A file as it is handed over, in bytes.
struct GitObject: Codable, Sendable, Equatable {
    let path: String
    let data: [UInt8]
}

/// What another object is told of a generator.
struct GeneratorSummary: Codable, Sendable, Equatable {
    let query: String
    let title: String?
    let files: Int
    let phase: GeneratorState.Phase
}
