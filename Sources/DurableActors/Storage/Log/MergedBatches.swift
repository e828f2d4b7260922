/// Batches in their order as fewer of the same effect: one an object, the last write of a row, in order of the rows' keys.
///
/// Removals take the rows of facets with them, and copies of facets begin with rows, which other batches have written; where
/// there is such a one, the batches stay as they are.
package struct MergedBatches {
    package private(set) var contents: [BatchContent] = []

    package init(_ batches: some Sequence<BatchContent>) {
        guard !batches.contains(where: \.changesOthers) else {
            contents = Array(batches)
            return
        }
        var places: [ObjectLocator: Int] = [:]
        for batch in batches {
            if let place = places[batch.locator] {
                contents[place].creation = batch.creation ?? contents[place].creation
                contents[place].writes.absorb(batch.writes)
            } else {
                places[batch.locator] = contents.count
                contents.append(batch)
            }
        }
        let order = contents.indices.sorted { left, right in
            let (first, second) = (contents[left].locator, contents[right].locator)
            if first.shard != second.shard { return first.shard.value < second.shard.value }
            return first.number < second.number
        }
        contents = order.map { contents[$0] }
    }
}
