internal import DurableActors
internal import Workflows

/// A page of an agent's workflows.
public struct WorkflowPage: Codable, Sendable, Hashable {
    /// Which workflows come first.
    public enum Order: String, Codable, Sendable, Hashable {
        /// The oldest.
        case asc
        /// The newest.
        case desc
    }

    /// The workflows of this page.
    public let workflows: [WorkflowInfo]
    /// How many there are on all pages.
    public let total: Int
    /// What the next page is asked for with; nil on the last one.
    public let nextCursor: String?
}

/// Where a page has ended.
struct WorkflowCursor: Codable {
    let createdAt: Int64
    let workflowId: String

    enum CodingKeys: String, CodingKey {
        case createdAt = "c"
        case workflowId = "i"
    }

    init(_ row: WorkflowRow) {
        createdAt = row.createdAt
        workflowId = row.workflowId
    }

    init(_ text: String) throws {
        // Silence is right: whatever is wrong with the text, the error says so.
        guard let bytes = Base64.decode(text),
            let cursor = try? JSON.parse(String(decoding: bytes, as: UTF8.self)).decode(Self.self)
        else {
            throw DurableObjectError(
                .invalidArgument,
                "Invalid pagination cursor. The cursor may be malformed or corrupted."
            )
        }
        self = cursor
    }

    var text: String { get throws { Base64.encode(Array(try JSON.stringify(self).utf8)) } }
}
