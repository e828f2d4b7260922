internal import CLinux
internal import DurableActors
internal import Glibc
internal import Locks

/// A listening socket: takes connections as they come.
package final class Listener: SocketOwner, Schedulable {
    private let descriptor: Descriptor
    private let reactor: EpollReactor
    private let world: World
    private let accept: @Sendable (Int32) -> Accepted
    private let accepted: @Sendable (Descriptor) -> Void
    private let token = Mutex<UInt64?>(nil)

    /// Binds and listens; `accepted` is called on a worker for each connection.
    init(
        address: String,
        port: UInt16,
        reactor: EpollReactor,
        world: World,
        accept: @escaping @Sendable (Int32) -> Accepted = Listener.accept,
        accepted: @escaping @Sendable (Descriptor) -> Void
    ) throws {
        // Safe because the address is passed as a C string for the call's duration.
        descriptor = try Descriptor(unsafe da_tcp_listen(address, port), "Cannot listen on \(address):\(port)")
        self.reactor = reactor
        self.world = world
        self.accept = accept
        self.accepted = accepted
    }

    /// The port it listens on, also where 0 was asked for.
    package var port: Int { Int(da_local_port(descriptor.number)) }

    package func start() throws {
        let watched = try reactor.watch(descriptor, for: self)
        token.withLock { $0 = watched }
    }

    package func stop() {
        let watched = token.withLock { token in
            defer { token = nil }
            return token
        }
        if let watched { reactor.unwatch(descriptor, watched) }
    }

    package func becameReady(_ readiness: SocketReadiness) { world.scheduler.enqueue(self) }

    /// What an attempt to take a connection gave.
    package enum Accepted: Sendable {
        case connection(Descriptor)
        /// The connection was gone before it was taken.
        case lost
        case none
        /// The system has no descriptors or no memory left; connections stay in the kernel's queue.
        case exhausted
    }

    /// How long it waits before it tries again when the system is exhausted, in nanoseconds: 100 ms.
    package static let pause: UInt64 = 100_000_000

    /// Takes every connection that waits.
    package func runReady() {
        while true {
            switch accept(descriptor.number) {
            case .connection(let connection): accepted(connection)
            case .lost: continue
            case .none: return
            case .exhausted:
                // No readiness is told of what waits already.
                let due = world.clock.uptimeNanoseconds + Self.pause
                _ = world.scheduler.schedule(atUptime: due) { [weak self] in
                    guard let self else { return }
                    world.scheduler.enqueue(self)
                }
                return
            }
        }
    }

    private static func accept(_ listener: Int32) -> Accepted {
        let number = da_tcp_accept(listener)
        // Silence is right: a descriptor that is not negative is taken over without an error.
        if number >= 0, let connection = try? Descriptor(number, "Cannot accept") { return .connection(connection) }
        switch errno {
        case EINTR, ECONNABORTED: return .lost
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
        default: return .none
        }
    }
}
