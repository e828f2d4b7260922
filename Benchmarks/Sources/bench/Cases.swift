internal import AgentCases
internal import Measure
internal import ObjectCases
internal import Peers
internal import RawLimits
internal import SocketCases

/// Everything there is to measure.
enum Cases {
    static func all(data: String, searchPath: String) -> CaseTable {
        var table = CaseTable()
        table.add(ErlangPeer.callCases(directory: data, searchPath: searchPath), to: "calls")
        table.add(objectCallCases(directory: data), to: "calls")
        table.add([fdatasyncRate(directory: data)], to: "durable writes")
        table.add(rawLMDBCases(directory: data), to: "durable writes")
        table.add(ErlangPeer.durableCases(directory: data, searchPath: searchPath), to: "durable writes")
        table.add(objectWriteCases(directory: data), to: "durable writes")
        // The library first, for it chooses how SQLite allocates, and that can be chosen once.
        table.add(sqlWriteCases(directory: data), to: "durable writes")
        table.add(rawSQLiteCases(directory: data), to: "durable writes")
        // Apart from the reads, for its objects still leave memory when its slice is over.
        table.add(sqlOpenCases(directory: data), to: "SQL opens")
        table.add(rawSQLiteOpenCases(directory: data), to: "SQL opens")
        table.add(sqlReadCases(directory: data), to: "SQL reads")
        table.add(rawSQLiteReadCases(directory: data), to: "SQL reads")
        table.add(objectLifeCases(directory: data), to: "lives")
        table.add(alarmCases(directory: data), to: "lives")
        table.add(DBOSPeer.workflowCases(directory: data, python: ".peers/bin/python"), to: "workflows")
        table.add(workflowCases(directory: data), to: "workflows")
        table.add([64, 256, 1_024].flatMap(loopbackPingPong), to: "connections")
        table.add(socketEchoCases(directory: data), to: "connections")
        table.add(clusterCases(directory: data), to: "connections")
        table.add(agentSocketCases(directory: data), to: "agents")
        table.add(agentScheduleCases(directory: data), to: "agents")
        return table
    }
}
