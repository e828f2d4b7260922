private import CLinux

/// A reference to an object that does not keep it, for who can tell that the object's memory is still there.
///
/// Swift's weak references tell that themselves, but an object that has one counts all references in memory apart from it,
/// at every use. Here the object has to take this reference away as it ends, in its `deinit`, under the lock under which it
/// is used.
@safe package struct UncountedReference<Object: AnyObject & Sendable>: @unchecked Sendable {
    // Safe because whoever has it keeps the rule above.
    private let pointer: UnsafeMutableRawPointer

    package init(_ object: Object) { unsafe pointer = Unmanaged.passUnretained(object).toOpaque() }

    /// The object, unless its end has begun.
    package var object: Object? {
        unsafe da_try_retain(pointer).map { unsafe Unmanaged<Object>.fromOpaque($0).takeRetainedValue() }
    }

    package func isOf(_ object: Object) -> Bool { unsafe pointer == Unmanaged.passUnretained(object).toOpaque() }
}
