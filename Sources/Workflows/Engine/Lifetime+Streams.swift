internal import DurableActors

/// Streams as what a step returns: stored in pieces while the attempt runs, read anew by each lifetime.
extension Lifetime {
    /// Stores a stream to its end; what an attempt that is over still reads is dropped.
    func drain(_ stream: ByteStream, into key: StepKey, attempt: Int) async throws -> StreamRecord {
        var (rest, pieces, bytes) = ([UInt8](), 0, 0)
        for try await piece in stream {
            guard piece.count <= WorkflowLimits.streamPieceBytes else {
                throw InvalidStepStream(
                    name: "OversizedStreamChunkError",
                    text: """
                        Step returned a ReadableStream with a chunk of \(piece.count) bytes. Maximum allowed size is \
                        16MiB.
                        """
                )
            }
            rest += piece
            while rest.count >= WorkflowLimits.storedPieceBytes {
                try store(Array(rest.prefix(WorkflowLimits.storedPieceBytes)), pieces, of: key, attempt)
                rest.removeFirst(WorkflowLimits.storedPieceBytes)
                (pieces, bytes) = (pieces + 1, bytes + WorkflowLimits.storedPieceBytes)
                // No more is in memory than the disk has yet to take.
                try await ctx.storage.sync()
            }
        }
        if !rest.isEmpty {
            try store(rest, pieces, of: key, attempt)
            (pieces, bytes) = (pieces + 1, bytes + rest.count)
        }
        return StreamRecord(pieces: pieces, bytes: bytes)
    }

    private func store(_ piece: [UInt8], _ index: Int, of key: StepKey, _ attempt: Int) throws {
        guard let step = open[key], isRunning(step, attempt) else { throw WorkflowSuspension() }
        let fits = try transition {
            guard try journal.take(piece.count, of: limits.storageBytes) else { return false }
            try journal.rows.put(JournalKeys.piece(key, index), piece)
            return true
        }
        if !fits { throw StorageExceeded() }
    }

    /// A fresh stream over what is stored.
    func stream(of key: StepKey, _ record: StreamRecord) -> ByteStream {
        let place = StreamPlace()
        return ByteStream { [self] in try await next(of: key, record, place) }
    }

    private func next(of key: StepKey, _ record: StreamRecord, _ place: StreamPlace) async throws -> [UInt8]? {
        guard place.index < record.pieces else { return nil }
        if isOver { throw WorkflowSuspension() }
        guard let piece = try journal.rows.get(JournalKeys.piece(key, place.index), as: [UInt8].self) else {
            throw WorkflowError.corruptOutput(key.label)
        }
        place.index += 1
        return piece
    }
}

/// How far a stream has been read.
private final class StreamPlace: @unchecked Sendable {
    // Safe because it is used on the lifetime's executor alone.
    var index = 0
}
