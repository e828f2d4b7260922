internal import Distributed
internal import DurableActors

extension Agent {
    /// Runs a client's call and answers it in one frame; never throws, an error is an answer.
    func answer(_ call: ClientFrame.Call, to connection: Connection) async {
        let frame: String
        do {
            frame = Frames.result(id: call.id, try await perform(call))
        } catch {
            if ctx.incarnation.death != nil { return }
            frame = Frames.failure(id: call.id, Self.message(of: error))
        }
        // Silence is right: the answer to a client that has gone is dropped.
        try? connection.send(frame)
    }

    private func perform(_ call: ClientFrame.Call) async throws -> JSONValue? {
        guard let callable = Self.callables.first(where: { $0.name == call.method }) else {
            throw DurableObjectError(.notFound, "Method \(call.method) is not callable")
        }
        return try await callable.invoke(self, call.arguments)
    }

    /// The text of an error as a client sees it.
    static func message(of error: any Error) -> String {
        String(describing: error)
    }
}
