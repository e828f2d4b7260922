import CLinux
import Glibc
import Sandbox

/// Owns the sandboxes of one state directory: starts their jobs, keeps their output, and answers clients.
///
/// Everything happens on the one thread that calls ``run()``, in turns of a poll loop, so nothing here is shared and
/// no record can be looked at half-changed. What must survive this process is on disk before anyone is told of it.
final class Supervisor {
    let settings: SupervisorSettings
    let clock: SupervisorClock
    let state: StateDirectory
    let process = getpid()
    let isRoot = geteuid() == 0
    let boot: String

    var connections: [Int: ClientConnection] = [:]
    var jobs: [JobKey: RunningJob] = [:]
    var waits: [JobKey: [OutputWait]] = [:]
    var destructions: [SafeName: [Reply]] = [:]
    var stopping = false
    var tags = 0

    private let listener: Descriptor
    private let signals: Descriptor
    private var nextConnection = 1
    private var idleSince: Int

    /// Where an answer goes.
    struct Reply {
        let connection: Int
        let request: Int
    }

    /// A client waiting for output at an offset, or the end.
    struct OutputWait {
        let reply: Reply
        let offset: Int
    }

    /// Locks the state, settles what an earlier supervisor left, and listens.
    init(settings: SupervisorSettings, clock: SupervisorClock) throws {
        self.settings = settings
        self.clock = clock
        state = try StateDirectory(settings.state)
        // Whoever started this supervisor gets the time to connect, however short the idle time is.
        idleSince = clock.monotonic() + max(0, SandboxLimits.handshakeMilliseconds - settings.idleExitSeconds * 1000)
        let bootBytes = FileTree.content("/proc/sys/kernel/random/boot_id") ?? []
        boot = String(decoding: bootBytes.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        da_set_child_subreaper()
        da_raise_open_files(16_384)
        signals = try Descriptor.adopt(da_signal_descriptor(), "signalfd")
        // safe because the string's bytes outlive the call.
        listener = try Descriptor.adopt(unsafe da_unix_listen(settings.socket), "listen \(settings.socket)")
        // safe because the string is a constant.
        _ = unsafe chdir("/")
        // Clients that connect meanwhile wait in the listener's queue.
        recover()
        emptyTrash()
    }

    func run() throws {
        while !(stopping && jobs.isEmpty) {
            let now = clock.monotonic()
            if !connections.isEmpty || !jobs.isEmpty { idleSince = now }
            let idleEnd = idleSince + settings.idleExitSeconds * 1000
            let isIdle = connections.isEmpty && jobs.isEmpty
            if isIdle, now >= idleEnd { break }
            let deadlines = [isIdle ? idleEnd : nil] + jobs.values.map(\.lifecycle.deadline)
            try turn(until: deadlines.compactMap(\.self).min())
        }
        // A socket that stays behind is replaced by the next supervisor.
        try? FileTree.removeFile(settings.socket)
    }

    private func turn(until deadline: Int?) throws {
        var set = PollSet()
        let signalPlace = set.add(signals)
        let listenerPlace = set.add(listener, reading: connections.count < SandboxLimits.connections)
        let clients = connections.map { number, client in
            (number, client, set.add(client.descriptor, reading: client.wantsToRead, writing: client.wantsToWrite))
        }
        let pipes = jobs.values.compactMap { job in job.pipe.map { (job, set.add($0)) } }
        try set.wait(milliseconds: deadline.map { $0 - clock.monotonic() })

        for (job, place) in pipes where set.canRead(place) {
            if job.pump(rounds: 4) { serve(job.key) }
        }
        if set.canRead(signalPlace) { readSignals() }
        for (number, client, place) in clients {
            if set.canWrite(place) { flush(client) }
            if client.wantsToRead, set.canRead(place) { receive(from: client, number) }
        }
        if connections.count < SandboxLimits.connections, set.canRead(listenerPlace) { accept() }
        advanceJobs()
        sendAnswers()
    }

    /// Sends what this turn produced and lets go of ended connections.
    private func sendAnswers() {
        for (number, client) in connections {
            if client.wantsToWrite { flush(client) }
            if client.isOver { forget(number) }
        }
    }

    private func flush(_ client: ClientConnection) {
        client.flush()
        guard client.heldBack, !client.isFull else { return }
        client.heldBack = false
        for key in Array(waits.keys) { serve(key) }
    }

    private func forget(_ number: Int) {
        connections[number] = nil
        for key in Array(waits.keys) {
            waits[key]?.removeAll { $0.reply.connection == number }
            if waits[key]?.isEmpty == true { waits[key] = nil }
        }
    }

    private func accept() {
        let number = da_accept(listener.number)
        guard number >= 0 else { return }
        let descriptor = Descriptor(number)
        let user = da_peer_user(number)
        guard user == 0 || user == Int64(geteuid()) else {
            Log.write("refused a connection of user \(user)")
            return
        }
        connections[nextConnection] = ClientConnection(descriptor)
        nextConnection += 1
    }

    private func readSignals() {
        while true {
            let signal = da_read_signal(signals.number)
            if signal < 0 { break }
            if signal != SIGCHLD { stop() }
        }
        reap()
    }

    private func stop() {
        guard !stopping else { return }
        Log.write("asked to stop; killing \(jobs.count) running jobs")
        stopping = true
        for job in jobs.values { kill(job, .kill, reason: "the sandbox supervisor was asked to stop") }
    }
}
