internal import Distributed
public import DurableActors

extension Agent {
    /// The default of `AlarmHandler`: the alarm without a name belongs to the framework.
    public func alarm(_ info: AlarmInfo) async throws { try await ensureStarted() }
}
