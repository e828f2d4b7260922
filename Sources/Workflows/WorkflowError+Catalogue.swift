/// The errors of bindings, instances and the engine; the texts are those of the original where it has one.
extension WorkflowError {
    /// `create` was given the id of an instance that exists.
    public static let instanceAlreadyExists = WorkflowError("(instance.already_exists) Instance already exists")
    /// No instance has that id.
    public static let instanceNotFound = WorkflowError("(instance.not_found) Instance does not exist")
    /// `create` was given a text that cannot be an id.
    public static let invalidId = WorkflowError("Workflow instance has invalid id")
    /// `delete` was given a text that cannot be an id.
    public static let invalidInstanceId = WorkflowError("(instance.invalid_id) Instance ID is invalid")
    /// `terminate` came after the instance's end.
    public static let cannotTerminate = WorkflowError(
        "(instance.cannot_terminate) Cannot terminate instance since its on a finite state"
    )
    /// `sendEvent` came after the instance's end.
    public static let cannotSendEvent = WorkflowError("(instance.cannot_send_event) Instance is in a finite state")
    /// An event's type is not a word of letters, digits, `_` and `-`.
    public static let invalidEventType = WorkflowError("workflow.invalid_event_type")
    /// A batch without instances.
    public static let emptyBatch = WorkflowError("batchCreate should have at least 1 instance")
    /// A batch of more than 100.
    public static let batchTooLarge = WorkflowError("batchCreate only supports 100 instances at a time")
    /// A batch of deletions holds a text that cannot be an id.
    public static let invalidBatch = WorkflowError("(body) Provided argument is invalid")
    /// A batch of deletions without ids.
    public static let emptyDeletion = WorkflowError("(body) batchDeleteInstances should have at least 1 instance")
    /// A batch of more than 100 deletions.
    public static let deletionTooLarge = WorkflowError(
        "(body) batchDeleteInstances only supports 100 instances at a time"
    )
    /// More instances wait, or were created within a second, than the workflow's limits allow; HTTP 429.
    public static let tooManyInstances = WorkflowError("Too many instances: try again later")

    /// `restart` was given a step that has not run.
    public static func cannotRestart(from step: String) -> WorkflowError {
        WorkflowError("(instance.cannot_restart) Step \"\(step)\" not found in execution history")
    }
}

extension WorkflowError {
    static func fatal(_ message: String) -> WorkflowError { WorkflowError(name: "WorkflowFatalError", message) }

    static func timedOut(after milliseconds: Int64) -> WorkflowError {
        WorkflowError(name: "WorkflowTimeoutError", "Execution timed out after \(milliseconds)ms")
    }

    static let internalFailure = WorkflowError(
        name: "WorkflowInternalError",
        "Attempt failed due to internal workflows error"
    )

    static func outputTooLarge(_ label: String) -> WorkflowError {
        WorkflowError(
            name: "WorkflowInternalError",
            "Step \(label) output is too large. Maximum allowed size is 1MiB."
        )
    }

    static func corruptOutput(_ label: String) -> WorkflowError {
        WorkflowError(
            name: "WorkflowInternalError",
            "Stored output for \(label) is corrupt or incomplete."
        )
    }

    static let storageExceeded = WorkflowError(
        name: "StreamOutputStorageLimitError",
        "The instance has exceeded the 1GiB storage limit"
    )

    static func endedBy(_ step: String, _ what: String) -> WorkflowError {
        .fatal("The execution of the Workflow instance was terminated, as the step \"\(step)\" \(what)")
    }

    static func delayTimedOut(_ label: String) -> WorkflowError {
        delay("The delay function for step \"\(label)\" did not return within 5 seconds")
    }

    static func delayThrew(_ label: String, _ text: String) -> WorkflowError {
        delay("The delay function for step \"\(label)\" threw an error: \(text)")
    }

    static func delayInvalid(_ label: String) -> WorkflowError {
        delay(
            """
            The delay function for step "\(label)" returned an invalid delay value (expected a number of ms or a \
            duration string like "30 seconds")
            """
        )
    }

    private static func delay(_ message: String) -> WorkflowError {
        WorkflowError(name: "NonRetryableDelayError", message)
    }

    static let rollbackMissing = WorkflowError(
        name: "RollbackMissing",
        "Rollback function not available in registry"
    )

    static let terminatedInRollback = WorkflowError(name: "Terminated", "Instance terminated during rollback")

    static func historyChanged(_ label: String) -> WorkflowError {
        WorkflowError(
            name: "HistoryChangedError",
            "The code no longer does what it did: step \"\(label)\" was recorded and is not called."
        )
    }

    /// Whether a step that throws this is not tried again.
    var forbidsRetry: Bool { name == "NonRetryableError" || message.hasPrefix("NonRetryableError") }
}
