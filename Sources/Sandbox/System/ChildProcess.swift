import CLinux
import Glibc

/// Starting programs with nothing inherited but what is named.
package enum ChildProcess {
    /// Starts a program; `descriptors[i]` becomes its descriptor i and everything else is closed.
    ///
    /// The caller reaps the child.
    package static func start(
        _ path: String,
        arguments: [String],
        environment: [String: String],
        descriptors: [Descriptor],
        newSession: Bool
    ) throws(SystemError) -> Int32 {
        let numbers = descriptors.map(\.number)
        let variables = environment.map { "\($0)=\($1)" }
        // safe because both vectors and the numbers live until da_spawn returns, which keeps none of them.
        let child = unsafe CStringVector([path] + arguments).withPointer { argv in
            unsafe CStringVector(variables).withPointer { envp in
                unsafe da_spawn(path, argv, envp, numbers, Int32(numbers.count), newSession ? 1 : 0)
            }
        }
        guard child > 0 else { throw SystemError.last("spawn \(path)") }
        return child
    }

    /// Waits for a child to end and reaps it.
    package static func wait(_ child: Int32) -> Int32 {
        da_wait_for(child)
    }

    /// Replaces this program by another; returns only by throwing.
    package static func replace(
        _ path: String,
        arguments: [String],
        environment: [String: String]
    ) throws(SystemError) -> Never {
        let variables = environment.map { "\($0)=\($1)" }
        // safe because both vectors live until execve fails, and need not live when it succeeds.
        _ = unsafe CStringVector(arguments).withPointer { argv in
            unsafe CStringVector(variables).withPointer { envp in unsafe execve(path, argv, envp) }
        }
        throw SystemError.last("exec \(path)")
    }

    /// A pipe: what is written to the second end is read, without blocking, from the first.
    package static func pipe() throws(SystemError) -> (reading: Descriptor, writing: Descriptor) {
        var ends: [Int32] = [-1, -1]
        // safe because da_pipe writes the two elements the array has.
        guard unsafe da_pipe(&ends) == 0 else { throw SystemError.last("pipe") }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    /// Two connected sockets.
    package static func socketPair() throws(SystemError) -> (Descriptor, Descriptor) {
        var ends: [Int32] = [-1, -1]
        // safe because da_socket_pair writes the two elements the array has.
        guard unsafe da_socket_pair(&ends) == 0 else { throw SystemError.last("socketpair") }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }
}

/// Strings as the terminated vector that C expects, freed with this object.
// safe because the storage is private, and the pointers in it are valid from init to deinit.
@safe private final class CStringVector {
    private var pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) {
        // safe because strdup copies; the copies are freed once, in deinit.
        unsafe pointers = strings.map { unsafe strdup($0) } + [nil]
    }

    deinit {
        // safe because every element came from strdup or is nil.
        unsafe pointers.forEach { unsafe free($0) }
    }

    func withPointer<Result>(_ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
        // safe because the buffer holds at least the terminator, and the array keeps it alive during the call.
        unsafe pointers.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("A vector has a terminator.") }
            return unsafe body(base)
        }
    }
}
