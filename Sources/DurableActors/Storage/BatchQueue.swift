internal import Locks

/// Batches on their way to a committer: a queue for each lane, so that no two cores hand over at one place in memory.
///
/// Order: of one object as they were handed over, since one that comes on another lane than an earlier one that may still
/// be here goes behind all that is here, as does one that changes the rows of others. What is taken is all that was
/// handed over before some moment: nothing without what was handed over before it, on whichever lane.
struct BatchQueue: ~Copyable {
    private let lanes: [LaneQueue]
    /// What goes before all that the lanes have.
    private var ordered: [BatchPart] = []

    init(lanes: [LaneQueue]) { self.lanes = lanes }

    /// Puts a batch behind everything that is here.
    mutating func appendInOrder(_ batch: SealedBatch, on lane: LaneQueue) {
        gather()
        var part = lane.empty
        part.append(batch)
        ordered.append(part)
    }

    /// Takes what one commit may have: at most so many batches and bytes, but always one batch where there is one.
    mutating func take(maximum: Int, maximumBytes: Int) -> [BatchPart] {
        gather()
        var (group, count, bytes): ([BatchPart], Int, Int) = ([], 0, 0)
        while let part = ordered.first {
            if count + part.batches.count <= maximum, bytes + part.byteCount <= maximumBytes {
                count += part.batches.count
                bytes += part.byteCount
                group.append(ordered.removeFirst())
                continue
            }
            let fitting = part.batches.prefix(maximum - count).prefix { batch in
                defer { bytes += batch.byteCount }
                return bytes == 0 || bytes + batch.byteCount <= maximumBytes
            }
            if !fitting.isEmpty { group.append(ordered[0].take(first: fitting.count)) }
            break
        }
        if let first = ordered.first, first.batches.isEmpty { ordered.removeFirst() }
        return group
    }

    /// Whether something was left by `take`.
    var hasRest: Bool { !ordered.isEmpty }

    private mutating func gather() { Self.gather(lanes[...], into: &ordered) }

    /// Takes what the lanes have while all of their locks are held.
    private static func gather(_ lanes: ArraySlice<LaneQueue>, into parts: inout [BatchPart]) {
        guard let lane = lanes.first else { return }
        let taken = lane.part.withLock { part -> BatchPart? in
            gather(lanes.dropFirst(), into: &parts)
            return part.batches.isEmpty ? nil : part.take()
        }
        if let taken { parts.append(taken) }
    }
}

/// What one lane has handed over.
final class LaneQueue: Sendable {
    let part: Mutex<BatchPart>
    /// A part without batches.
    let empty: BatchPart
    // So that no two of them share a line of memory.
    private let padding: InlineArray<16, UInt64> = .init(repeating: 0)

    init(lane: Int?, isLogged: Bool) {
        empty = BatchPart(lane: lane, isLogged: isLogged)
        part = Mutex(empty)
    }
}
