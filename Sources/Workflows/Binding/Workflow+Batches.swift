internal import DurableActors

/// One instance of a batch.
public struct WorkflowInstanceOptions<Params: Codable & Sendable>: Sendable {
    /// Its id; nil for a random one.
    public var id: String?
    /// What `run` gets.
    public var params: Params
    /// How long it is kept after its end.
    public var retention: WorkflowRetention?
    /// How long it may last; nil for any time.
    public var timeout: WorkflowTimeout?

    /// Makes options.
    public init(
        id: String? = nil,
        params: Params,
        retention: WorkflowRetention? = nil,
        timeout: WorkflowTimeout? = nil
    ) {
        self.id = id
        self.params = params
        self.retention = retention
        self.timeout = timeout
    }
}

/// What became of a batch of creations.
public struct WorkflowBatchCreation: Sendable {
    /// Handles of the new instances, in the order of the request.
    public let created: [WorkflowInstance]
    /// What could not be created, by its place in the request.
    public let errors: [WorkflowBatchError]
}

/// One instance of a batch that could not be created.
public struct WorkflowBatchError: Sendable, Hashable {
    /// Its place in the request, from 0.
    public let index: Int
    /// The id that was asked for.
    public let id: String?
    /// The REST code of the error.
    public let code: Int
    /// What happened, for people.
    public let message: String
}

/// What became of a batch of deletions: an entry for each place of the request.
public struct WorkflowBatchDeletion: Sendable, Hashable {
    /// One id that could not be deleted.
    public struct Failure: Sendable, Hashable {
        /// The id.
        public let id: String
        /// The REST code of the error.
        public let code: Int
        /// The name of the error.
        public let message: String

        /// Makes a failure.
        public init(id: String, code: Int, message: String) {
            self.id = id
            self.code = code
            self.message = message
        }
    }

    /// The ids that were deleted, in the order of the request.
    public let deleted: [String]
    /// Those that were not.
    public let errors: [Failure]
}

extension Workflow {
    /// Creates up to 100 instances; returns handles of those that are new, in order.
    ///
    /// Ids in use are passed over, so a call that was cut can be made again. Not atomic.
    public func createBatch(_ batch: [WorkflowInstanceOptions<W.Params>]) async throws -> [WorkflowInstance] {
        guard !batch.isEmpty else { throw WorkflowError.emptyBatch }
        guard batch.count <= WorkflowLimits.batch else { throw WorkflowError.batchTooLarge }
        guard batch.allSatisfy({ $0.id.map(WorkflowNames.isNewInstanceId) ?? true }) else {
            throw WorkflowError.invalidId
        }
        var created: [WorkflowInstance] = []
        for one in batch {
            do {
                created.append(try await create(one))
            } catch WorkflowError.instanceAlreadyExists {
                continue
            }
        }
        return created
    }

    /// Creates up to 100 instances and tells of each that could not be: ids in use, or twice in the batch.
    public func createBatch(
        instances batch: [WorkflowInstanceOptions<W.Params>]
    ) async throws -> WorkflowBatchCreation {
        guard !batch.isEmpty else { throw WorkflowError.emptyBatch }
        guard batch.count <= WorkflowLimits.batch else { throw WorkflowError.batchTooLarge }
        var created: [WorkflowInstance] = []
        var errors: [WorkflowBatchError] = []
        for (index, one) in batch.enumerated() {
            do {
                created.append(try await create(one))
            } catch let error as WorkflowError {
                let code = error == .instanceAlreadyExists ? 10405 : 10001
                errors.append(WorkflowBatchError(index: index, id: one.id, code: code, message: error.message))
            }
        }
        return WorkflowBatchCreation(created: created, errors: errors)
    }

    private func create(_ one: WorkflowInstanceOptions<W.Params>) async throws -> WorkflowInstance {
        try await create(id: one.id, params: one.params, retention: one.retention, timeout: one.timeout)
    }

    /// Creates a number of instances with random ids and the same parameters.
    public func createBatch(
        count: Int,
        params: W.Params,
        retention: WorkflowRetention? = nil,
        timeout: WorkflowTimeout? = nil
    ) async throws -> WorkflowBatchCreation {
        let one = WorkflowInstanceOptions(params: params, retention: retention, timeout: timeout)
        return try await createBatch(instances: Array(repeating: one, count: max(count, 0)))
    }

    /// Deletes up to 100 instances with all they keep.
    ///
    /// One id that is none fails the call before anything is deleted. An id that comes several times is deleted once, and
    /// has the same result at each place.
    public func deleteBatch(_ ids: [String]) async throws -> WorkflowBatchDeletion {
        guard !ids.isEmpty else { throw WorkflowError.emptyDeletion }
        guard ids.count <= WorkflowLimits.batch else { throw WorkflowError.deletionTooLarge }
        guard ids.allSatisfy(WorkflowNames.isInstanceId) else { throw WorkflowError.invalidBatch }
        var known: [String: WorkflowBatchDeletion.Failure?] = [:]
        for id in ids where known[id] == nil {
            do {
                try await workflow.delete(id)
                known[id] = .some(nil)
            } catch WorkflowError.instanceNotFound {
                let text = "workflows.api.error.instance.not_found"
                known[id] = WorkflowBatchDeletion.Failure(id: id, code: 10400, message: text)
            } catch is DurableObjectError {
                let text = "workflows.api.error.internal_server"
                known[id] = WorkflowBatchDeletion.Failure(id: id, code: 10001, message: text)
            }
        }
        return WorkflowBatchDeletion(
            deleted: ids.filter { known[$0] == .some(nil) },
            errors: ids.compactMap { known[$0] ?? nil }
        )
    }
}
