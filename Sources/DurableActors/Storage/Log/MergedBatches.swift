/// Batches in their order as fewer of the same effect: one an object, the last write of a row, in order of the rows' keys.
///
/// A removal ends an object's number; the object's next life has a higher one, so it comes later in this order too.
package struct MergedBatches {
    package private(set) var contents: [BatchContent] = []

    package init(_ batches: some Sequence<BatchContent>) {
        var places: [ObjectLocator: Int] = [:]
        for batch in batches {
            if let place = places[batch.locator], !contents[place].removesObject, !batch.removesObject {
                contents[place].creation = contents[place].creation ?? batch.creation
                contents[place].writes.absorb(batch.writes)
            } else {
                places[batch.locator] = contents.count
                contents.append(batch)
            }
        }
        let order = contents.indices.sorted { left, right in
            let (first, second) = (contents[left].locator, contents[right].locator)
            if first.shard != second.shard { return first.shard.value < second.shard.value }
            return first.number == second.number ? left < right : first.number < second.number
        }
        contents = order.map { contents[$0] }
    }
}
