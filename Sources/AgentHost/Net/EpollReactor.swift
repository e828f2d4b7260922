internal import CLinux
public import DurableActors
internal import Glibc
internal import Locks

/// Where workers wait for sockets, for a time or for a wake-up: one epoll instance for all of them.
///
/// Edge-triggered: each change of a socket's readiness goes to one waiting thread, which notes it on the socket's owner
/// and enqueues that; the owner works until the kernel says that it would block. A wake-up is a write to an eventfd,
/// whose edge wakes one thread and is kept for the next one to wait if none does.
public final class EpollReactor: Reactor {
    private struct Registry {
        var next: UInt64 = 1
        var owners: [UInt64: any SocketOwner] = [:]
    }

    private let epoll: Descriptor
    private let event: Descriptor
    private let registry = Mutex(Registry())

    /// Makes the reactor; throws when the system has no descriptors left.
    public init() throws {
        epoll = try Descriptor(da_epoll_create(), "Cannot make an epoll instance")
        event = try Descriptor(da_event_descriptor(), "Cannot make an eventfd")
        guard da_epoll_add(epoll.number, event.number, 0) == 0 else {
            throw SocketError(errno, "Cannot watch an eventfd")
        }
    }

    /// Makes one waiting thread return.
    public func wake() {
        // Failure can only mean that the counter is full, in which case a wake-up is pending already.
        _ = da_event_signal(event.number)
    }

    /// Waits and hands readiness to the sockets' owners.
    public func wait(nanoseconds: UInt64?) {
        let timeout = nanoseconds.map { Int32(clamping: ($0 + 999_999) / 1_000_000) } ?? -1
        // Safe because both buffers have the room for as many events as one wait gives.
        unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Int(DA_EPOLL_BATCH)) { tokens in
            unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(DA_EPOLL_BATCH)) { readiness in
                let count = unsafe da_epoll_wait(epoll.number, tokens.baseAddress, readiness.baseAddress, timeout)
                for index in 0..<max(Int(count), 0) {
                    let bits = unsafe readiness[index]
                    unsafe owner(tokens[index])?.becameReady(SocketReadiness(rawValue: bits))
                }
            }
        }
    }

    /// Begins to watch a descriptor for its owner; returns the number to stop with.
    package func watch(_ descriptor: Descriptor, for owner: any SocketOwner) throws -> UInt64 {
        let token = registry.withLock { registry in
            defer { registry.next += 1 }
            registry.owners[registry.next] = owner
            return registry.next
        }
        guard da_epoll_add(epoll.number, descriptor.number, token) == 0 else {
            let cause = errno
            registry.withLock { $0.owners[token] = nil }
            throw SocketError(cause, "Cannot watch a socket")
        }
        return token
    }

    /// Stops watching; the owner is let go.
    package func unwatch(_ descriptor: Descriptor, _ token: UInt64) {
        _ = da_epoll_remove(epoll.number, descriptor.number)
        registry.withLock { $0.owners[token] = nil }
    }

    private func owner(_ token: UInt64) -> (any SocketOwner)? {
        token == 0 ? nil : registry.withLock { $0.owners[token] }
    }
}

/// What a watched socket belongs to.
package protocol SocketOwner: AnyObject, Sendable {
    /// The socket's readiness has changed; must not block.
    func becameReady(_ readiness: SocketReadiness)
}

/// What a socket is ready for.
package struct SocketReadiness: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Something has come, or the end.
    package static let readable = SocketReadiness(rawValue: 1)
    /// The kernel takes more.
    package static let writable = SocketReadiness(rawValue: 2)
    /// The peer sends nothing more, or the connection is broken.
    package static let ended = SocketReadiness(rawValue: 4)
}
