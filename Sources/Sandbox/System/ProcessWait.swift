import CLinux
import Glibc

/// Waiting for processes that need not be children.
package enum ProcessWait {
    /// A descriptor that becomes readable once the process has ended, or nil when there is no such process.
    package static func descriptor(_ process: Int32) -> Descriptor? {
        let number = da_process_descriptor(process)
        return number < 0 ? nil : Descriptor(number)
    }

    /// Waits until a process has ended; false when the time is over first.
    @discardableResult
    package static func ended(_ process: Int32, within milliseconds: Int) throws(SystemError) -> Bool {
        guard let descriptor = descriptor(process) else { return true }
        var set = PollSet()
        let place = set.add(descriptor)
        try set.wait(milliseconds: milliseconds)
        return set.canRead(place)
    }
}
