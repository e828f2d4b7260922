import Glibc

/// The descriptors one turn of a poll loop waits for.
package struct PollSet {
    private var entries: [pollfd] = []

    package init() {}

    /// Adds a descriptor and returns its place in the set.
    @discardableResult
    package mutating func add(_ descriptor: Descriptor, reading: Bool = true, writing: Bool = false) -> Int {
        let events = (reading ? POLLIN : 0) | (writing ? POLLOUT : 0)
        entries.append(pollfd(fd: descriptor.number, events: Int16(events), revents: 0))
        return entries.count - 1
    }

    /// Waits until a descriptor is ready or the time is over; a signal may end the wait early.
    ///
    /// Nil waits for ever.
    package mutating func wait(milliseconds: Int?) throws(SystemError) {
        let bounded = milliseconds.map { Int32(clamping: max(0, $0)) } ?? -1
        // safe because the array's own storage and count bound what poll touches.
        let result = unsafe poll(&entries, nfds_t(entries.count), bounded)
        if result < 0 {
            for index in entries.indices { entries[index].revents = 0 }
            guard errno == EINTR else { throw SystemError.last("poll") }
        }
    }

    /// Whether a read would find bytes, an end or an error.
    package func canRead(_ place: Int) -> Bool {
        entries[place].revents & Int16(POLLIN | POLLHUP | POLLERR | POLLNVAL) != 0
    }

    /// Whether a write would find room or an error.
    package func canWrite(_ place: Int) -> Bool {
        entries[place].revents & Int16(POLLOUT | POLLHUP | POLLERR | POLLNVAL) != 0
    }
}
