import DurableActors
import Locks

/// A time for a server on real threads: a timer that is near enough is due as soon as it is set, and the clock then
/// shows its time; a timer that is farther off never is.
final class HastyTime: Scheduler, WorldClock {
    private struct State {
        var now: UInt64 = 0
        var bound: UInt64
        var waiting: [(due: UInt64, token: TimerToken)] = []
    }

    private let pool: WorkerPool
    private let state: Mutex<State>

    /// Timers over at most `seconds` do not wait.
    init(hurrying seconds: UInt64, over pool: WorkerPool) {
        self.pool = pool
        state = Mutex(State(bound: seconds * 1_000_000_000))
    }

    /// From now on timers over at most `seconds` do not wait, those that are set already included.
    func hurry(_ seconds: UInt64) {
        let waiting = state.withLock { state in
            state.bound = seconds * 1_000_000_000
            defer { state.waiting = [] }
            return state.waiting
        }
        for timer in waiting { take(timer.token, due: timer.due) }
    }

    func schedule(atUptime due: UInt64, _ action: @escaping @Sendable () -> Void) -> TimerToken {
        let token = TimerToken(action)
        take(token, due: due)
        return token
    }

    private func take(_ token: TimerToken, due: UInt64) {
        let isNear = state.withLock { state in
            guard due <= state.now + state.bound else {
                state.waiting.append((due, token))
                return false
            }
            state.now = max(state.now, due)
            return true
        }
        if isNear { _ = pool.schedule(atUptime: 0) { token.takeAction()?() } }
    }

    var nowMilliseconds: Int64 { Int64(uptimeNanoseconds / 1_000_000) }

    var uptimeNanoseconds: UInt64 { state.withLock { $0.now } }

    func enqueue(_ item: any Schedulable) { pool.enqueue(item) }

    func runBlocking(_ work: @escaping @Sendable () -> Void) { pool.runBlocking(work) }

    var taskExecutor: any TaskExecutor { pool.taskExecutor }

    func setIdleWork(_ work: any IdleWork) { pool.setIdleWork(work) }

    func shutdown() { pool.shutdown() }
}
