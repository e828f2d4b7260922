/// Batches in their order as fewer of the same effect: one an object, the last write of a row, in order of the rows' keys.
///
/// Removals take the rows of facets with them, which other batches have written; where there is one, the batches stay as
/// they are.
package struct MergedBatches {
    package private(set) var contents: [BatchContent] = []

    package init(_ batches: some Sequence<BatchContent>) {
        guard !batches.contains(where: \.removesOthers) else {
            contents = Array(batches)
            return
        }
        var places: [ObjectLocator: Int] = [:]
        for batch in batches {
            if let place = places[batch.locator] {
                contents[place].absorb(batch)
            } else {
                places[batch.locator] = contents.count
                contents.append(batch)
            }
        }
        let order = contents.indices.sorted { contents[$0].locator < contents[$1].locator }
        contents = order.map { contents[$0] }
    }
}
