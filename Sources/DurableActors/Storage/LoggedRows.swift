/// What an object has made durable in the log that its store may not contain yet: a value over what the store says.
///
/// A layer has what was logged within one epoch of the log, merged to the last write of each row, and is forgotten when
/// the store contains that epoch. When it holds: a row found in the newest layer that has it is the newest durable one. What
/// breaks if a layer is forgotten before the store has it: the object reads an older row, though its newer one was
/// acknowledged.
package struct LoggedRows: Sendable {
    private struct Layer: Sendable {
        let epoch: UInt64
        var batch: MergedBatch
    }

    /// What became of the object's place in the directory.
    package enum Place: Sendable, Equatable {
        case made(ObjectRecord)
        case removed
    }

    /// What adding a batch came to.
    package struct Growth {
        /// Whether it is the object's first of its epoch.
        package let isFirst: Bool
        /// How many more rows and bytes are kept, or fewer.
        package let rows: Int
        package let bytes: Int
    }

    /// The oldest first.
    private var layers: [Layer] = []

    package init() {}

    package var isEmpty: Bool { layers.isEmpty }

    /// What is logged of the object's place in the directory; nil when the store knows.
    package var place: Place? {
        for layer in layers.reversed() {
            if let place = layer.batch.place { return place }
        }
        return nil
    }

    /// Adds a batch to the layer of an epoch, which is the newest; one that removes others' rows has an epoch of its own.
    package mutating func add(_ content: BatchContent, epoch: UInt64) -> Growth {
        let last = layers.count - 1
        guard last >= 0, layers[last].epoch == epoch else {
            let batch = MergedBatch(content)
            layers.append(Layer(epoch: epoch, batch: batch))
            return Growth(isFirst: true, rows: batch.rowCount, bytes: batch.byteCount)
        }
        let (rows, bytes) = (layers[last].batch.rowCount, layers[last].batch.byteCount)
        layers[last].batch.absorb(content)
        return Growth(
            isFirst: false,
            rows: layers[last].batch.rowCount - rows,
            bytes: layers[last].batch.byteCount - bytes
        )
    }

    /// What was logged in an epoch.
    package func content(of epoch: UInt64) -> BatchContent? { layers.first { $0.epoch == epoch }?.batch.content }

    /// Forgets epochs up to this one, which the store contains.
    package mutating func forget(through epoch: UInt64) { layers.removeAll { $0.epoch <= epoch } }

    package func find(_ key: RowKey) -> WriteSet.Finding {
        for layer in layers.reversed() {
            let finding = layer.batch.find(key)
            if case .untouched = finding { continue }
            return finding
        }
        return .untouched
    }

    /// The writes that count for rows of a kind, the newest first, and whether the store's rows do not.
    package func writes(to kind: RowKind) -> (writes: [WriteSet], hidesStore: Bool) {
        var writes: [WriteSet] = []
        for layer in layers.reversed() {
            if layer.batch.removesObject { return (writes, true) }
            writes.append(layer.batch.writes)
            if layer.batch.writes.clearsContents, kind.isContents { return (writes, true) }
        }
        return (writes, false)
    }
}
