internal import Locks

/// One owner's hold on an export: calls through it are in order, and fail once it is disposed.
///
/// It is disposed at the latest when nothing refers to it any more.
final class RpcHandle<Content: Sendable>: Sendable {
    private let export: RpcExport<Content>
    /// The critical section of the export's object in which the handle was made or handed out; calls belong to it.
    private let section: CriticalSection?
    private let state = Mutex(State())

    private struct State {
        var isDisposed = false
        var order = CallOrder<@Sendable () -> Void>()
    }

    init(_ content: Content, onDisposed: RpcDisposer?) {
        export = RpcExport(content, onDisposed: onDisposed)
        section = CriticalSection.current
    }

    private init(retained export: RpcExport<Content>, section: CriticalSection?) {
        self.export = export
        self.section = section
    }

    deinit { dispose() }

    /// Another handle of the same export.
    func dup() throws(DurableObjectError) -> RpcHandle {
        let isLive = state.withLock { !$0.isDisposed && export.retain() }
        guard isLive else { throw RpcHandleError.disposed }
        return RpcHandle(retained: export, section: sectionForCalls(from: CurrentObject.incarnation))
    }

    /// What the export's own object does with a handle belongs to the section that it is in.
    private func sectionForCalls(from caller: Incarnation?) -> CriticalSection? {
        caller != nil && caller === export.origin ? CriticalSection.current : section
    }

    func dispose() {
        let isFirst = state.withLock { state in
            defer { state.isDisposed = true }
            return !state.isDisposed
        }
        if isFirst { export.release() }
    }

    /// Runs work with the content in the context that made it, behind the calls made before through this handle.
    ///
    /// Leaves the calling object by its output gate and comes back by its input gate.
    func call<Output: Sendable>(
        _ work: @escaping @Sendable (Content) async throws -> Output
    ) async throws -> Output {
        let begun = state.withLock { state -> (content: Content, place: Int)? in
            guard !state.isDisposed, let content = export.content else { return nil }
            return (content, state.order.take())
        }
        guard let (content, place) = begun else { throw RpcHandleError.disposed }
        let caller = CurrentObject.incarnation
        do {
            try await caller?.passOutputGate()
        } catch {
            leave(place)
            throw error
        }
        let outcome: Result<Output, any Error>
        if let origin = export.origin {
            outcome = await callInObject(origin, sectionForCalls(from: caller), place) { try await work(content) }
        } else {
            outcome = await callOutside(caller, place) { try await work(content) }
        }
        await caller?.cell.passInputGate()
        return try outcome.mapError(Self.remote).get()
    }

    private func callInObject<Output: Sendable>(
        _ origin: Incarnation,
        _ section: CriticalSection?,
        _ place: Int,
        _ work: @escaping @Sendable () async throws -> Output
    ) async -> Result<Output, any Error> {
        await withCheckedContinuation { continuation in
            let event = ClosureEvent<Output>(
                named: "callback",
                { _ in try await CriticalSection.$current.withValue(section, operation: work) },
                answer: { continuation.resume(returning: $0) }
            )
            arrive(place) { [self] in
                origin.cell.submit(event, to: origin, in: section)
                leave(place)
            }
        }
    }

    /// Runs the work in the calling task, but as what it is: no part of the calling object, and not on its executor.
    private func callOutside<Output: Sendable>(
        _ caller: Incarnation?,
        _ place: Int,
        _ work: @escaping @Sendable () async throws -> Output
    ) async -> Result<Output, any Error> {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            arrive(place) { continuation.resume() }
        }
        return await withTaskExecutorPreference(caller?.cell.host.world.scheduler.taskExecutor) {
            leave(place)
            return await CurrentObject.$incarnation.withValue(nil) {
                await CriticalSection.$current.withValue(nil) {
                    do { return .success(try await work()) } catch { return .failure(error) }
                }
            }
        }
    }

    private func arrive(_ place: Int, _ begin: @escaping @Sendable () -> Void) {
        state.withLock { $0.order.arrive(place, begin) }?()
    }

    private func leave(_ place: Int) { state.withLock { $0.order.leave(place) }?() }

    private static func remote(_ error: any Error) -> any Error {
        guard var known = error as? DurableObjectError else { return error }
        known.remote = true
        return known
    }
}
