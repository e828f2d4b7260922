/// Why a life is over, by reference, since an error is large and most lives in memory are not over.
final class LifeEnd: Sendable {
    let error: DurableObjectError

    init(_ error: DurableObjectError) { self.error = error }
}
