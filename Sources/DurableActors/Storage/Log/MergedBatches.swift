/// Batches in their order as fewer of the same effect: one an object, the last write of a row, in order of the rows' keys.
///
/// Removals take the rows of facets with them, and copies of facets begin with rows, which other batches have written; where
/// there is such a one, the batches stay as they are.
package struct MergedBatches {
    package let contents: [BatchContent]

    package init(_ batches: some Sequence<BatchContent>) {
        guard !batches.contains(where: \.changesOthers) else {
            contents = Array(batches)
            return
        }
        var merged: [ObjectLocator: MergedBatch] = [:]
        for batch in batches {
            if merged[batch.locator]?.absorb(batch) == nil { merged[batch.locator] = MergedBatch(batch) }
        }
        contents = merged.values.sorted { $0.locator < $1.locator }.map(\.content)
    }
}
