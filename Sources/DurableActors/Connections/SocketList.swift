/// The sockets an object holds, in the order in which it took them: a value, with one of them in place, for most objects
/// that hold any hold one.
enum SocketList {
    case none
    case one(WebSocket)
    case many([WebSocket])

    init() { self = .none }

    init(_ sockets: [WebSocket]) {
        switch sockets.count {
        case 0: self = .none
        case 1: self = .one(sockets[0])
        default: self = .many(sockets)
        }
    }

    var all: [WebSocket] {
        switch self {
        case .none: []
        case .one(let socket): [socket]
        case .many(let sockets): sockets
        }
    }

    var isEmpty: Bool { count == 0 }

    var count: Int {
        switch self {
        case .none: 0
        case .one: 1
        case .many(let sockets): sockets.count
        }
    }

    mutating func append(_ socket: WebSocket) {
        switch self {
        case .none: self = .one(socket)
        case .one(let first): self = .many([first, socket])
        case .many(var sockets):
            // Let go of here, so that the array is not copied.
            self = .none
            sockets.append(socket)
            self = .many(sockets)
        }
    }

    mutating func remove(_ socket: WebSocket) { self = SocketList(all.filter { $0 !== socket }) }
}
