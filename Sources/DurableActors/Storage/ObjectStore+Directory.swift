extension ObjectStore {
    /// The ids under which objects of a class have stored something, in order, without names.
    package func ids(of classNumber: ClassNumber) throws -> [DurableObjectId] {
        var prefix = ByteWriter()
        prefix.append(classNumber.value)
        let range = KeyRange.prefix(prefix.bytes)
        var ids: [DurableObjectId] = []
        try store.read { snapshot in
            try snapshot.scan(.directory, from: range.lower, to: range.upper, reverse: false) { key, _ in
                ids.append(DurableObjectId(bytes: Array(key.dropFirst(prefix.bytes.count)), name: nil))
                return true
            }
        }
        return ids
    }

    /// Removes all objects with all they have; what belongs to the environment stays.
    package func deleteObjects() throws {
        try store.write { transaction in
            for table in [StoreTable.directory, .rows, .alarms] {
                try deleteRange(table, KeyRange(), in: transaction)
            }
        }
    }
}
