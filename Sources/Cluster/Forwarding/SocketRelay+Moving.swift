internal import DurableActors
internal import Locks

/// How the object's side of a socket goes from one node to another, while the client's stays.
///
/// The object's node says `pause` behind all that the object has sent, and the client's node answers `paused` behind all
/// that it has sent itself; what the client sends from then on waits there. So nothing is on the way in either direction
/// when the object leaves, and what the old node has and has not told the object is all that there is. `moved` leaves the
/// client without a stream until one with the socket's name comes from the next node.
extension SocketRelay {
    // MARK: - The object's node

    /// Has the client's node send nothing more; `done` is called once what it sent has come, or when it is gone.
    func pause(_ done: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            guard state.stream != nil else { return true }
            state.whenPaused = done
            state.pauses += 1
            push(.frame(.pause(state.pauses)), &state)
            return false
        }
        if isOver { done() }
    }

    /// The client's node has not answered: it counts as gone.
    func giveUp() {
        let (stream, paused) = state.withLock { state -> (LinkStream?, (@Sendable () -> Void)?) in
            guard let paused = state.whenPaused.take() else { return (nil, nil) }
            state.hasSentEnd = true
            return (state.stream.take(), paused)
        }
        guard let paused else { return }
        stream?.reset(.cancelled)
        end.terminate()
        paused()
    }

    /// The object stays.
    func resume() { say(.resume) }

    /// The object has gone; nothing is told to the end.
    func leave() {
        state.withLock { state in
            guard let stream = state.stream.take() else { return }
            state.hasSentEnd = true
            stream.sendNow(SocketFrame.moved.bytes)
            stream.finish()
        }
    }

    private func say(_ frame: SocketFrame) {
        state.withLock { state in if state.stream != nil { push(.frame(frame), &state) } }
    }

    // MARK: - The client's node

    func move(_ frame: SocketFrame, _ stream: LinkStream) {
        switch frame {
        case .pause(let number):
            state.withLock { state in
                guard state.stream === stream else { return }
                state.isPaused = true
                guard let sending = state.sending else { return stream.sendNow(SocketFrame.paused(number).bytes) }
                state.owedMark = number
                sending.cancel()
            }
        case .resume:
            state.withLock { state in
                guard state.stream === stream else { return }
                (state.isPaused, state.owedMark) = (false, nil)
                sendQueue(&state)
            }
        case .paused(let number): state.withLock { $0.pauses == number ? $0.whenPaused.take() : nil }?()
        case .moved:
            let waits = state.withLock { state in
                guard state.stream === stream else { return false }
                state.stream = nil
                return true
            }
            stream.finish()
            if waits { waitForStream() }
        default: break
        }
    }

    /// The client is without an object's side now, for a while.
    func waitForStream() {
        let timer = handles.afterPatience { [weak self] in
            guard let self, state.withLock({ $0.stream == nil && $0.isPaused }) else { return }
            handles.forget(self)
            end.terminate()
        }
        state.withLock { $0.patience = timer }
    }

    /// The object's next node has come; false where none is waited for.
    func attach(_ stream: LinkStream) -> Bool {
        let (isWanted, timer) = state.withLock { state -> (Bool, TimerToken?) in
            guard state.isPaused else { return (false, nil) }
            (state.stream, state.isPaused, state.owedMark) = (stream, false, nil)
            sendQueue(&state)
            return (true, state.patience.take())
        }
        timer?.cancel()
        return isWanted
    }

    /// The object has come to the client's own node, and takes what waits; under the end's lock.
    func takeHome() -> [RelayQueue.Item] {
        handles.forget(self)
        return state.withLock { state in
            state.patience.take()?.cancel()
            state.stream.take()?.finish()
            state.isPaused = false
            return state.queue.takeAll()
        }
    }
}
