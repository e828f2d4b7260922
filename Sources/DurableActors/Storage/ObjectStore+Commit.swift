extension ObjectStore {
    /// Makes batches durable, all or none, in this order.
    package func commit(_ batches: [SealedBatch]) throws {
        var part = BatchPart(lane: nil, isLogged: log != nil)
        for batch in batches { part.append(batch) }
        try commit([part])
    }

    /// Makes a group of batches durable, all or none: in the log where there is one, else in the store.
    func commit(_ group: [BatchPart]) throws {
        if let log { return try log.commit(group) }
        try write(group.contents, nextRecord: nil)
    }

    /// Writes batches to the store in one transaction, and which record of the log is the first that it does not contain.
    func write(_ batches: [BatchContent], nextRecord: UInt64?) throws {
        try store.write { transaction in
            var highest: UInt64?
            for batch in batches {
                if let creation = batch.creation {
                    let key = RowLayout.directoryKey(batch.classNumber, batch.id)
                    try transaction.put(.directory, key, RowLayout.encode(creation))
                    highest = max(highest ?? 0, creation.number)
                }
                for number in try apply(batch, in: transaction) { highest = max(highest ?? 0, number) }
            }
            if let highest { try raiseObjectCounter(above: highest, in: transaction) }
            if let nextRecord {
                var writer = ByteWriter()
                writer.append(nextRecord)
                try transaction.put(.meta, RowLayout.loggedKey, writer.bytes)
            }
        }
    }

    func raiseObjectCounter(above highest: UInt64, in transaction: any OrderedTransaction) throws {
        if let bytes = try transaction.get(.meta, RowLayout.nextObjectKey) {
            var reader = ByteReader(bytes)
            if try reader.read(UInt64.self) > highest { return }
        }
        var writer = ByteWriter()
        writer.append(highest + 1)
        try transaction.put(.meta, RowLayout.nextObjectKey, writer.bytes)
    }

    /// Writes a batch; returns the numbers that it gives out to facets.
    private func apply(_ batch: BatchContent, in transaction: any OrderedTransaction) throws -> [UInt64] {
        if batch.removesObject {
            try remove(batch, in: transaction)
            return []
        }
        var facets: [WriteSet.Row] = []
        let object = batch.locator
        if batch.writes.clearsContents {
            for kind in [RowKind.keyValue, .longValue, .sqlPage] {
                try transaction.delete(.rows, KeyRange.prefix(RowLayout.rowKey(object, kind, [])))
            }
        }
        try batch.writes.entries.visit { entry in
            switch entry.key.kind {
            case .keyValue where LongKeys.isLong(entry.key.bytes):
                try LongKeys(object: object).set(entry.key.bytes, entry.value, in: transaction)
            case .alarm:
                try setAlarm(entry, of: batch, in: transaction)
            case .facet: facets.append(entry)
            case .keyValue, .longValue, .sqlPage, .metadata:
                let key = RowLayout.rowKey(object, entry.key.kind, entry.key.bytes)
                if let value = entry.value {
                    try transaction.put(.rows, key, value)
                } else {
                    try transaction.delete(.rows, key)
                }
            }
        }
        return try setFacets(facets, of: object, in: transaction)
    }

    private func setAlarm(
        _ entry: WriteSet.Row,
        of batch: BatchContent,
        in transaction: any OrderedTransaction
    ) throws {
        let object = batch.locator
        let name = entry.key.bytes
        let rowKey = RowLayout.rowKey(object, .alarm, name)
        if let old = try transaction.get(.rows, rowKey) {
            try transaction.delete(.alarms, RowLayout.alarmKey(due: try AlarmTime.decode(old), object, name: name))
        }
        guard let value = entry.value else { return try transaction.delete(.rows, rowKey) }
        try transaction.put(.rows, rowKey, value)
        let key = RowLayout.alarmKey(due: try AlarmTime.decode(value), object, name: name)
        // An alarm's target is written as a key of the directory is.
        try transaction.put(.alarms, key, RowLayout.directoryKey(batch.classNumber, batch.id))
    }
}

/// An alarm's due time as it is stored: milliseconds since 1970 in eight bytes.
package enum AlarmTime {
    package static func encode(_ milliseconds: Int64) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(UInt64(max(milliseconds, 0)))
        return writer.bytes
    }

    package static func decode(_ bytes: [UInt8]) throws -> Int64 {
        var reader = ByteReader(bytes)
        return Int64(clamping: try reader.read(UInt64.self))
    }
}
