internal import Locks

/// Bytes that are computed once, by whichever thread needs them first.
final class LazyBytes: Sendable {
    private let bytes = Mutex<[UInt8]?>(nil)

    func value(_ make: () -> [UInt8]) -> [UInt8] {
        bytes.withLock { bytes in
            if let bytes { return bytes }
            let made = make()
            bytes = made
            return made
        }
    }
}
