internal import DurableActors

/// What waits in a relay to be sent, in order: a value.
struct RelayQueue: ~Copyable {
    enum Item: Sendable {
        case message(OutgoingMessage)
        case frame(SocketFrame)

        var frame: SocketFrame {
            switch self {
            case .message(let message): SocketFrame(message.message)
            case .frame(let frame): frame
            }
        }

        var byteCount: Int {
            guard case .message(let message) = self else { return 0 }
            return switch message.message {
            case .text(let text): text.utf8.count
            case .binary(let bytes): bytes.count
            }
        }
    }

    private var items = ReadyQueue<Item>()
    /// One that was taken out and could not be sent.
    private var returned: Item?
    /// How many bytes of messages wait.
    private(set) var bytes = 0

    init() {}

    var isEmpty: Bool { returned == nil && items.isEmpty }

    mutating func append(_ item: Item) {
        items.append(item)
        bytes += item.byteCount
    }

    mutating func putBack(_ item: Item) {
        returned = item
        bytes += item.byteCount
    }

    mutating func popFirst() -> Item? {
        guard let item = returned.take() ?? items.popFirst() else { return nil }
        bytes -= item.byteCount
        return item
    }

    mutating func takeAll() -> [Item] {
        var all: [Item] = []
        while let item = popFirst() { all.append(item) }
        return all
    }
}
