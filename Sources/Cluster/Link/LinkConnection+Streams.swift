/// What streams do with their connection.
extension LinkConnection {
    /// Opens a stream with what has waited in it; the order of these calls is that of the openings.
    ///
    /// Called under the stream's lock: nothing that follows from this calls the stream.
    func open(_ stream: LinkStream, _ waiting: LinkStream.Waiting) throws(LinkError) -> UInt64 {
        let outcome = change { state, steps -> Result<UInt64, LinkError> in
            do throws(LinkError) {
                let number = try state.session.open(
                    kind: waiting.kind,
                    message: waiting.opening,
                    deadline: stream.deadline
                )
                for message in waiting.messages {
                    do throws(LinkError) {
                        try state.session.send(number, message, isPatient: false)
                    } catch {
                        state.session.reset(number, error)
                        throw error
                    }
                }
                state.streams[number] = stream
                for sender in waiting.senders { state.senders[number, default: LinkQueue()].append(sender) }
                if waiting.finishes { state.session.finish(number) }
                if waiting.stands { state.session.stand(number) }
                pump(&state, number, &steps)
                return .success(number)
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    func send(_ number: UInt64, _ sender: LinkSender) {
        change { state, steps in
            guard state.senders[number] == nil, state.session.maySend(number) else {
                state.senders[number, default: LinkQueue()].append(sender)
                return pump(&state, number, &steps)
            }
            send(&state, number, sender, &steps)
        }
    }

    func sendNow(_ number: UInt64, _ message: [UInt8], _ finishing: Bool) {
        change { state, steps in
            queue(&state, number, message, &steps)
            if finishing { state.session.finish(number) }
        }
    }

    func buffered(_ number: UInt64) -> Int { change { state, _ in state.session.buffered(number) } }

    func finish(_ number: UInt64) {
        change { state, steps in
            state.session.finish(number)
            pump(&state, number, &steps)
        }
    }

    func stand(_ number: UInt64) { change { state, _ in state.session.stand(number) } }

    func reset(_ number: UInt64, _ error: LinkError) {
        change { state, steps in
            state.session.reset(number, error)
            state.streams[number] = nil
            failSenders(&state, number, error, &steps)
        }
    }

    func consumed(_ number: UInt64, bytes: Int, messages: Int) {
        change { state, _ in state.session.consumed(number, bytes: bytes, messages: messages) }
    }

    // MARK: - Under the lock

    /// Queues a message that does not wait; a stream with too much fails.
    private func queue(_ state: inout State, _ number: UInt64, _ message: [UInt8], _ steps: inout [Step]) {
        do throws(LinkError) {
            try state.session.send(number, message, isPatient: false)
        } catch {
            guard error != .closed, let stream = state.streams.removeValue(forKey: number) else { return }
            state.session.reset(number, error)
            failSenders(&state, number, error, &steps)
            steps.append(.failed(stream, error))
        }
    }

    /// Serves those who wait to send on a stream, as far as there is credit and room.
    func pump(_ state: inout State, _ number: UInt64, _ steps: inout [Step]) {
        while let sender = state.senders[number]?.first {
            guard state.session.maySend(number) else {
                if !state.session.hasRoom { state.isCongested = true }
                return
            }
            _ = state.senders[number]?.popFirst()
            send(&state, number, sender, &steps)
        }
        state.senders[number] = nil
    }

    private func send(_ state: inout State, _ number: UInt64, _ sender: LinkSender, _ steps: inout [Step]) {
        guard let continuation = sender.take() else { return }
        do throws(LinkError) {
            try state.session.send(number, sender.message, isPatient: true)
            steps.append(.resume(continuation, .success(())))
        } catch {
            steps.append(.resume(continuation, .failure(error)))
        }
    }

    func failSenders(_ state: inout State, _ number: UInt64, _ error: LinkError, _ steps: inout [Step]) {
        guard var senders = state.senders.removeValue(forKey: number) else { return }
        while let sender = senders.popFirst() {
            if let continuation = sender.take() { steps.append(.resume(continuation, .failure(error))) }
        }
    }
}
