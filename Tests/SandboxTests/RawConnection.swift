import CLinux
import Sandbox
import Testing

/// A connection that speaks whatever a test gives it.
struct RawConnection {
    let descriptor: Descriptor
    private var framer = LineFramer(limit: 8 << 20)
    private var lines: [[UInt8]] = []

    init(_ bench: SupervisorBench, greet: Bool = true) async throws {
        // safe because the string's bytes outlive the call.
        let number = unsafe da_unix_connect(bench.configuration.socketPath)
        descriptor = try Descriptor.adopt(number, "connect")
        guard greet else { return }
        try await send(#"{"id":0,"op":"hello","version":1}"#)
        #expect(try await answer()?.version == 1)
    }

    func send(_ line: String) async throws {
        try await send([UInt8]((line + "\n").utf8))
    }

    func send(_ bytes: [UInt8]) async throws {
        da_make_blocking(descriptor.number)
        var rest = bytes[...]
        while !rest.isEmpty { rest = rest.dropFirst(try descriptor.send(rest)) }
    }

    /// The next answer, or nil at the end of the connection.
    mutating func answer() async throws -> SupervisorResponse? {
        while lines.isEmpty {
            await SupervisorBench.readable(descriptor)
            guard case .bytes(let bytes) = try descriptor.read() else { return nil }
            lines = try framer.feed(bytes)
        }
        return try WireCoding.value(from: lines.removeFirst())
    }
}
