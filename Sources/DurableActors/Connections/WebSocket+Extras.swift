extension WebSocket {
    /// What few ends have, apart from the rest, since a host keeps a great many ends.
    ///
    /// Belongs to one end and is touched under its lock.
    final class Extras {
        var attachment: [UInt8]?
        var companion: (any SocketCompanion)?
        var tags: [String] = []
        var answeredAt: Int64?
        var listeners: [@Sendable (StandardSocketEvent) async throws -> Void] = []
        var slowConsumerPolicy: SlowConsumerPolicy?
        var ended: (@Sendable () -> Void)?
    }
}

extension WebSocket.State {
    var attachment: [UInt8]? {
        get { extras?.attachment }
        set { if newValue != nil || extras != nil { kept.attachment = newValue } }
    }

    var companion: (any SocketCompanion)? {
        get { extras?.companion }
        set { if newValue != nil || extras != nil { kept.companion = newValue } }
    }

    var tags: [String] {
        get { extras?.tags ?? [] }
        set { if !newValue.isEmpty || extras != nil { kept.tags = newValue } }
    }

    var answeredAt: Int64? {
        get { extras?.answeredAt }
        set { if newValue != nil || extras != nil { kept.answeredAt = newValue } }
    }

    var listeners: [@Sendable (StandardSocketEvent) async throws -> Void] {
        get { extras?.listeners ?? [] }
        set { if !newValue.isEmpty || extras != nil { kept.listeners = newValue } }
    }

    /// What the other end wants done when this end's network is slow.
    var slowConsumerPolicy: SlowConsumerPolicy? {
        get { extras?.slowConsumerPolicy }
        set { if newValue != nil || extras != nil { kept.slowConsumerPolicy = newValue } }
    }

    /// Called once, when the socket has ended in both directions.
    var ended: (@Sendable () -> Void)? {
        get { extras?.ended }
        set { if newValue != nil || extras != nil { kept.ended = newValue } }
    }

    private var kept: WebSocket.Extras {
        mutating get {
            if let extras { return extras }
            let made = WebSocket.Extras()
            extras = made
            return made
        }
    }
}
