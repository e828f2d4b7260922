import DurableActors
import DurableActorsTestKit
@testable import Examples

/// A simulated host of one class.
func host<Object: DurableObject>(
    of type: Object.Type,
    _ env: Object.Env,
    log: EventLog = .silent
) throws -> SimulatedHost<DurableObjectNamespace<Object>> {
    try SimulatedHost(log: log) { runtime in
        let namespace = try runtime.register(type, binding: "OBJECTS", uniqueKey: "objects", environment: env)
        try runtime.start(environment: NoEnv())
        return namespace
    }
}
