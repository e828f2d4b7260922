internal import Sandbox

/// What a start tells the person at the terminal.
struct Welcome {
    let address: String
    let port: Int
    let key: String?
    let isolation: [IsolationAspect]

    func show() {
        let base = "http://\(address):\(port)"
        Terminal.say("TaskAgent listens on \(base)")
        for aspect in isolation where !aspect.isolated {
            Terminal.say("  sandboxes are not isolated in \(aspect.subject): \(aspect.detail)")
        }
        guard let key else { return }
        Terminal.say(
            """

            Development API key: \(key)

            Open \(base) in a browser and paste the key there, or paste this here to run a command and read its result:

            KEY=\(key)
            SESSION=$(curl -s -X POST \(base)/api/orchestrator/session -H "x-api-key: $KEY" \
            | sed 's/.*"sessionId":"\\([^"]*\\)".*/\\1/')
            curl -s -X POST \(base)/api/orchestrator -H "x-api-key: $KEY" -H 'content-type: application/json' \
            -d '{"sessionId":"'$SESSION'","task":"for i in 1 2 3; do echo $i; sleep 1; done; pwd"}' \
            | tee /tmp/task.json; echo
            curl -s \(base)/api/workflow/$(sed 's/.*"workflowId":"\\([^"]*\\)".*/\\1/' /tmp/task.json)/status; echo

            Progress while it runs: a WebSocket on ws://\(address):\(port)/agent/task-agent/$SESSION
            """
        )
    }
}
