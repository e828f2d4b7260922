import Sandbox

/// What a launcher does before it becomes the command; handed over in a file without a name.
///
/// The caller's variables travel in here and not in the launcher's own environment, where a variable such as
/// `LD_PRELOAD` would act while the launcher still has the supervisor's rights.
struct LaunchPlan: Codable, Equatable {
    var command: String
    var home: String
    /// The user id to run as; nil keeps the supervisor's.
    var user: UInt32?
    var environment: [String: String]
    var limits: ProcessLimits

    /// The whole environment of the command.
    var completeEnvironment: [String: String] {
        [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": home, "USER": "sandbox", "LANG": "C.UTF-8", "TERM": "dumb",
        ].merging(environment) { _, callers in callers }
    }
}
