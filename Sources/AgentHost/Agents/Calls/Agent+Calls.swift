internal import Distributed
internal import DurableActors

extension Agent {
    /// What clients may call over a socket, by name.
    public func getCallableMethods() -> [String: CallableMetadata] {
        core.callables.mapValues { CallableMetadata(description: $0.description, streaming: $0.isStreaming) }
    }

    /// Runs a client's call and answers it; never throws, an error is an answer.
    func answer(_ call: ClientFrame.Call, to connection: Connection) async {
        guard let callable = core.callables[call.method] else {
            return fail(
                call,
                connection,
                "Method \(call.method) \(isMember(call.method) ? "is not callable" : "does not exist")"
            )
        }
        switch callable.body {
        case .answering(let invoke):
            do {
                let frame = try Frames.result(id: call.id, try await invoke(self, call.arguments))
                if ctx.incarnation.death != nil { return }
                emit("rpc", ["method": .string(call.method)])
                // Silence is right: the answer to a client that has gone is dropped.
                try? connection.send(frame)
            } catch {
                fail(call, connection, String(describing: error))
            }
        case .streaming(let invoke):
            emit("rpc", ["method": .string(call.method), "streaming": true])
            let stream = StreamingResponse(connection, call: call.id, log: log)
            do {
                try await invoke(self, stream, call.arguments)
            } catch {
                fail(call, connection, String(describing: error), stream)
            }
        }
    }

    private func fail(
        _ call: ClientFrame.Call,
        _ connection: Connection,
        _ message: String,
        _ stream: StreamingResponse? = nil
    ) {
        if ctx.incarnation.death != nil { return }
        emit("rpc:error", ["method": .string(call.method), "error": .string(message)])
        if let stream {
            if stream.isClosed { log.error("\(call.method) threw after the end of its answer: \(message)") }
            stream.error(message)
        } else {
            // Silence is right: the answer to a client that has gone is dropped.
            try? connection.send(Frames.failure(id: call.id, message))
        }
    }

    /// Whether a name is a method that clients cannot call, as far as that is known.
    private func isMember(_ name: String) -> Bool { core.callbacks[name] != nil || AgentMembers.names.contains(name) }
}

/// The methods every agent has of the SDK, and every object of JavaScript.
enum AgentMembers {
    static let names = Set(
        """
        constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf \
        fetch alarm onAlarm webSocketMessage webSocketClose webSocketError \
        onStart onRequest onConnect onMessage onClose onError onEmail onStateUpdate onStateChanged \
        getConnectionTags shouldConnectionBeReadonly shouldSendProtocolMessages getConnections getConnection broadcast \
        setConnectionReadonly isConnectionReadonly isConnectionProtocolEnabled setState validateStateChange sql \
        schedule scheduleEvery getSchedule getScheduleById getSchedules listSchedules cancelSchedule \
        queue dequeue dequeueAll dequeueAllByCallback getQueue getQueues retry keepAlive keepAliveWhile \
        destroy render getCallableMethods replyToEmail sendEmail addMcpServer removeMcpServer getMcpServers \
        runFiber startFiber stash inspectFiber inspectFiberByKey listFibers cancelFiber cancelFiberByKey resolveFiber \
        deleteFibers onFiberRecovered subAgent abortSubAgent deleteSubAgent hasSubAgent listSubAgents parentAgent \
        onBeforeSubAgent runWorkflow sendWorkflowEvent approveWorkflow rejectWorkflow terminateWorkflow pauseWorkflow \
        resumeWorkflow restartWorkflow getWorkflow getWorkflows getWorkflowStatus deleteWorkflow deleteWorkflows \
        migrateWorkflowBinding onWorkflowCallback onWorkflowProgress onWorkflowComplete onWorkflowError onWorkflowEvent \
        _workflow_handleCallback _workflow_broadcast _workflow_updateState _cf_scheduleDestroy
        """.split(separator: " ").map(String.init)
    )
}
