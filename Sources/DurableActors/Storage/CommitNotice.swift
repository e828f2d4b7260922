/// Tells the owners of one lane's batches that those are durable.
final class CommitNotice: Schedulable {
    private let part: BatchPart

    init(_ part: BatchPart) { self.part = part }

    package func runReady() { part.tell() }
}
