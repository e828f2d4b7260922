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
        /// How many rows and bytes were told to be kept; those of merged batches are fewer.
        var told: (rows: Int, bytes: Int) = (0, 0)

        /// How much what is kept has grown since it was told.
        mutating func growth(isFirst: Bool) -> Growth {
            defer { told = (batch.rowCount, batch.byteCount) }
            return Growth(isFirst: isFirst, rows: batch.rowCount - told.rows, bytes: batch.byteCount - told.bytes)
        }
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
        if last >= 0, layers[last].epoch == epoch {
            layers[last].batch.absorb(content)
            return layers[last].growth(isFirst: false)
        }
        layers.append(Layer(epoch: epoch, batch: MergedBatch(content)))
        return layers[last + 1].growth(isFirst: true)
    }

    /// Merges what waits for that; in a turn of the object, where its rows are at hand and what they replace is freed.
    mutating func mergeWaiting() {
        if !layers.isEmpty { layers[layers.count - 1].batch.mergeWaiting() }
    }

    /// What was logged in an epoch.
    package func batch(of epoch: UInt64) -> MergedBatch? { layers.first { $0.epoch == epoch }?.batch }

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
            for newer in layer.batch.writes {
                writes.append(newer)
                if newer.clearsContents, kind.isContents { return (writes, true) }
            }
        }
        return (writes, false)
    }
}
