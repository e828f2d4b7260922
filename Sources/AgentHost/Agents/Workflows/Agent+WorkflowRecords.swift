internal import Distributed
internal import DurableActors
internal import Workflows

/// What the agent remembers of the workflows it started; nothing here asks or changes the instances.
extension Agent {
    /// What the agent remembers of a workflow; nil when it did not start it.
    public func getWorkflow(_ id: String) throws -> WorkflowInfo? { try workflowRow(id).map { try WorkflowInfo($0) } }

    /// What the agent remembers of its workflows, page by page, in the order of their starts and then their ids.
    ///
    /// - Parameters:
    ///   - criteria: Which are meant.
    ///   - limit: How many a page has, 1 to 100.
    ///   - orderBy: Which come first.
    ///   - cursor: The last page's `nextCursor`; nil for the first page.
    /// - Returns: The page, and how to ask for the next.
    /// - Throws: `DurableObjectError` for a cursor that is none.
    public func getWorkflows(
        _ criteria: WorkflowCriteria = WorkflowCriteria(),
        limit: Int = 50,
        orderBy: WorkflowPage.Order = .desc,
        cursor: String? = nil
    ) throws -> WorkflowPage {
        try prepareTables()
        let limit = min(max(limit, 1), 100)
        let (comparison, direction): (SqlQuery, SqlQuery) = orderBy == .asc ? (">", "ASC") : ("<", "DESC")
        var rest: SqlQuery = "1"
        if let cursor {
            let last = try WorkflowCursor(cursor)
            rest = "(created_at, workflow_id) \(part: comparison) (\(last.createdAt), \(last.workflowId))"
        }
        let rows = try sql(
            """
            SELECT * FROM cf_agents_workflows WHERE \(part: criteria.condition) AND \(part: rest) \
            ORDER BY created_at \(part: direction), workflow_id \(part: direction) LIMIT \(limit + 1)
            """,
            as: WorkflowRow.self
        )
        let total = try sql("SELECT count(*) AS total FROM cf_agents_workflows WHERE \(part: criteria.condition)")
        let page = Array(rows.prefix(limit))
        return WorkflowPage(
            workflows: try page.map { try WorkflowInfo($0) },
            total: Int(total.first?["total"]?.integer ?? 0),
            nextCursor: rows.count > limit ? try page.last.map { try WorkflowCursor($0).text } : nil
        )
    }

    /// Forgets a workflow, whose instance goes on; tells whether it was remembered.
    @discardableResult
    public func deleteWorkflow(_ id: String) throws -> Bool { try forget("workflow_id = \(id)") > 0 }

    /// Forgets workflows, whose instances go on; tells how many.
    @discardableResult
    public func deleteWorkflows(_ criteria: WorkflowCriteria = WorkflowCriteria()) throws -> Int {
        try forget(criteria.condition)
    }

    private func forget(_ condition: SqlQuery) throws -> Int {
        try prepareTables()
        return try sql("DELETE FROM cf_agents_workflows WHERE \(part: condition) RETURNING workflow_id").count
    }

    /// Warns of workflows whose binding is gone, which cannot be controlled until they are moved to another.
    func warnOfLostBindings() throws {
        for row in try sql("SELECT workflow_name AS binding, count(*) AS count FROM cf_agents_workflows GROUP BY 1") {
            guard let binding = row["binding"]?.text, !directory.hasWorkflow(binding: binding) else { continue }
            log.notice(
                """
                \(Self.className) \(name) remembers \(row["count"]?.integer ?? 0) workflows of the binding '\(binding)', which \
                is not there: migrateWorkflowBinding moves them to another.
                """
            )
        }
    }

    /// Notes that workflows started through one binding are found through another from now on; tells how many.
    @discardableResult
    public func migrateWorkflowBinding(_ old: String, _ new: String) throws -> Int {
        _ = try directory.workflow(binding: new)
        try prepareTables()
        return try sql(
            "UPDATE cf_agents_workflows SET workflow_name = \(new) WHERE workflow_name = \(old) RETURNING workflow_id"
        ).count
    }
}
