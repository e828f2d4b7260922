import Glibc
import Sandbox

/// What separates sandboxes from the rest of the machine, said plainly.
extension Supervisor {
    func isolation(user: UInt32?) -> [IsolationAspect] {
        [
            isRoot
                ? IsolationAspect(
                    "user",
                    isolated: true,
                    "runs as \(user.map { "user id \($0)" } ?? "a user id of its own"), in no groups"
                )
                : IsolationAspect("user", isolated: false, "the supervisor is not root, so commands run as its user"),
            isRoot
                ? IsolationAspect("files", isolated: true, "its home is its own; records of the host are unreadable")
                : IsolationAspect("files", isolated: false, "commands can read and change all files of this user"),
            IsolationAspect("privileges", isolated: true, "set-user-id programs gain nothing (no_new_privs)"),
            IsolationAspect("environment", isolated: true, "cleared except for what the caller gives"),
            IsolationAspect("resources", isolated: true, "limits of the kernel apply to each process"),
            IsolationAspect(
                "process count",
                isolated: isRoot,
                isRoot ? "limited for each sandbox" : "not limited without a user id of its own"
            ),
            IsolationAspect("network", isolated: false, "commands reach whatever the machine reaches"),
            IsolationAspect("shared files", isolated: false, "files readable by all users and /tmp are shared"),
            IsolationAspect("process list", isolated: false, "commands see the names of other processes"),
        ] + reachability
    }

    /// A warning when sandboxes cannot reach their homes by their absolute paths.
    private var reachability: [IsolationAspect] {
        guard isRoot else { return [] }
        var path = state.path
        while path != "/" {
            if let mode = FileTree.ownerAndMode(path)?.mode, mode & 0o001 == 0 {
                return [
                    IsolationAspect("home path", isolated: true, "\(path) is closed to sandboxes; homes lie below it")
                ]
            }
            path = FileTree.parent(of: path)
        }
        return []
    }
}
