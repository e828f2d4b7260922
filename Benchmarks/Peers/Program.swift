internal import Foundation

/// A program of a peer that failed or printed no result.
public struct PeerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The program's name.
    public let program: String
    /// Its exit status.
    public let status: Int32
    /// What it printed.
    public let output: String

    /// The program, its status and what it printed.
    public var description: String { "\(program) ended with status \(status): \(output)" }
}

/// Programs of this machine.
enum Program {
    /// The first executable file of the given name in a search path.
    static func find(_ name: String, in searchPath: String) -> URL? {
        searchPath.split(separator: ":")
            .map { URL(filePath: String($0)).appending(path: name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// What a program prints, both streams together, once it has ended with status 0.
    static func output(of program: URL, _ arguments: [String]) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = program
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let output = String(decoding: bytes, as: UTF8.self)
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw PeerError(
                program: program.lastPathComponent,
                status: process.terminationStatus,
                output: String(output.prefix(2_000))
            )
        }
        return output
    }
}
