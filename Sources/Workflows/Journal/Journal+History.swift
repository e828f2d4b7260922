internal import DurableActors

/// What an instance has stored of its steps, to be replayed against other code.
public struct WorkflowHistory: Codable, Sendable {
    let instance: InstanceRecord
    let steps: [String: StepRecord]

    /// The instance's id.
    public var instanceId: String { instance.id }
}

extension Journal {
    func history() throws -> WorkflowHistory {
        guard let instance = try instance() else { throw WorkflowError.instanceNotFound }
        let steps = try allSteps().map { key, record in (key.text, record) }
        return WorkflowHistory(instance: instance, steps: Dictionary(uniqueKeysWithValues: steps))
    }

    /// Takes a history over, as that of an instance that is to be checked and nothing else.
    func take(_ history: WorkflowHistory) throws {
        memory.instance = history.instance
        try rows.put(JournalKeys.instance, history.instance)
        try setStatus(.running)
        for (text, record) in history.steps { try StepKey(text: text[...]).map { try save(record, $0) } }
    }
}
