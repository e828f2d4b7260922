import DurableActors
import DurableActorsTestKit

/// Streams for tests of steps.
enum Streams {
    static func of(_ pieces: [[UInt8]]) -> ByteStream {
        let (stream, writer) = ByteStream.make()
        for piece in pieces { writer.yield(piece) }
        writer.finish()
        return stream
    }

    static func bytes(_ stream: ByteStream) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in stream { bytes += piece }
        return bytes
    }

    static func count(_ stream: ByteStream) async throws -> Int { try await bytes(stream).count }

    /// How many pieces the one instance of a rig keeps.
    static func rows(_ rig: Rig) throws -> Int {
        let objects = rig.host.runtime.core.objects
        var rows = 0
        for known in rig.host.runtime.core.classes where known.uniqueKey == "workflow/scripted" {
            for (id, record) in try objects.objects(of: known.number, after: nil, limit: 10) {
                let locator = ObjectLocator(shard: id.shard, number: record.number)
                try objects.scan(locator, .keyValue, KeyRange.prefix(Array("stream/".utf8)), reverse: false) { _, _ in
                    rows += 1
                    return true
                }
            }
        }
        return rows
    }
}
