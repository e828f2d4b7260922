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

    /// The first handle of something that is made now.
    init(_ content: Content, onDisposed: RpcDisposer?) {
        export = RpcExport(content, madeIn: CurrentObject.incarnation, onDisposed: onDisposed)
        section = CriticalSection.current
    }

    /// The handle of something on another node.
    init(elsewhere content: Content) {
        export = RpcExport(content, madeIn: nil, onDisposed: nil)
        section = nil
    }

    private init(retained export: RpcExport<Content>, section: CriticalSection?) {
        self.export = export
        self.section = section
    }

    deinit { dispose() }

    /// Another handle of the same export.
    func dup() throws(DurableObjectError) -> RpcHandle {
        try another(in: sectionForCalls(from: CurrentObject.incarnation))
    }

    /// Another handle for another node, made by whichever task encodes it.
    func exported() throws(DurableObjectError) -> RpcHandle { try another(in: section) }

    private func another(in section: CriticalSection?) throws(DurableObjectError) -> RpcHandle {
        let isLive = state.withLock { !$0.isDisposed && export.retain() }
        guard isLive else { throw RpcHandleError.disposed }
        return RpcHandle(retained: export, section: section)
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
    func call<Output: Sendable>(_ work: (Content) -> RpcWork<Output>) async throws -> Output {
        let (content, place) = try begin()
        let caller = CurrentObject.incarnation
        do {
            try await caller?.passOutputGate()
        } catch {
            leave(place)
            throw error
        }
        let outcome: Result<Output, any Error>
        switch (work(content), export.origin) {
        case (.here(let work), nil): outcome = await callOutside(caller, place, work)
        case (let work, let origin):
            let section = sectionForCalls(from: caller)
            outcome = await withCheckedContinuation { continuation in
                send(work, to: origin, section, place) { continuation.resume(returning: $0) }
            }
        }
        await caller?.cell.passInputGate()
        return try outcome.mapError(Self.remote).get()
    }

    /// Runs work for another node, behind what came from it before for this handle; `answer` is called once.
    func receive<Output: Sendable>(
        on executor: any TaskExecutor,
        _ work: (Content) -> RpcWork<Output>,
        answer: @escaping @Sendable (Result<Output, any Error>) -> Void
    ) {
        do {
            let (content, place) = try begin()
            switch (work(content), export.origin) {
            case (.here(let work), nil):
                Task(executorPreference: executor) { [self] in answer(await callOutside(nil, place, work)) }
            case (let work, let origin): send(work, to: origin, section, place, answer)
            }
        } catch {
            answer(.failure(error))
        }
    }

    /// The place of a call among those through this handle.
    private func begin() throws(DurableObjectError) -> (content: Content, place: Int) {
        let begun = state.withLock { state -> (Content, Int)? in
            guard !state.isDisposed, let content = export.content else { return nil }
            return (content, state.order.take())
        }
        guard let begun else { throw RpcHandleError.disposed }
        return begun
    }

    /// Has the work done by the object that made the content, or by another node.
    private func send<Output: Sendable>(
        _ work: RpcWork<Output>,
        to origin: Incarnation?,
        _ section: CriticalSection?,
        _ place: Int,
        _ answer: @escaping @Sendable (Result<Output, any Error>) -> Void
    ) {
        arrive(place) { [self] in
            switch work {
            case .elsewhere(let send): send(answer)
            case .here(let work):
                let event = ClosureEvent<Output>(
                    named: "callback",
                    { _ in try await CriticalSection.$current.withValue(section, operation: work) },
                    answer: answer
                )
                if let origin { origin.cell.submit(event, to: origin, in: section) }
            }
            leave(place)
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

/// What a call through a handle does.
enum RpcWork<Output: Sendable>: Sendable {
    /// It runs in the context that made the content.
    case here(@Sendable () async throws -> Output)
    /// It is sent to another node, at once, and answered once.
    case elsewhere(@Sendable (@escaping @Sendable (Result<Output, any Error>) -> Void) -> Void)
}
