internal import CLinux
internal import DurableActors
internal import Glibc
internal import Locks

/// A listening socket: takes connections as they come.
package final class Listener: SocketOwner, Schedulable {
    private let descriptor: Descriptor
    private let reactor: EpollReactor
    private let scheduler: any Scheduler
    private let accepted: @Sendable (Descriptor) -> Void
    private let token = Mutex<UInt64?>(nil)

    /// Binds and listens; `accepted` is called on a worker for each connection.
    init(
        address: String,
        port: UInt16,
        reactor: EpollReactor,
        scheduler: any Scheduler,
        accepted: @escaping @Sendable (Descriptor) -> Void
    ) throws {
        // Safe because the address is passed as a C string for the call's duration.
        descriptor = try Descriptor(unsafe da_tcp_listen(address, port), "Cannot listen on \(address):\(port)")
        self.reactor = reactor
        self.scheduler = scheduler
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

    package func becameReady(readable: Bool, writable: Bool) { scheduler.enqueue(self) }

    /// Takes every connection that waits.
    package func runReady() {
        while true {
            let number = da_tcp_accept(descriptor.number)
            if number < 0 {
                // Out of descriptors: the connection stays in the kernel's queue until one is free.
                if errno == EINTR || errno == ECONNABORTED { continue }
                return
            }
            // Silence is right: a descriptor that is not negative is taken over without an error.
            if let connection = try? Descriptor(number, "Cannot accept") { accepted(connection) }
        }
    }
}
