internal import Foundation

/// The Swift toolchain on this machine's search path.
enum SwiftVersion {
    /// The first line of `swift --version`, or a word that says there is none.
    static func installed(searchPath: String) -> String {
        let found = searchPath.split(separator: ":")
            .map { URL(filePath: String($0)).appending(path: "swift") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        guard let found else { return "Swift unknown" }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = found
        process.arguments = ["--version"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        // A toolchain that does not start leaves the version unknown; the figures are no worse for it.
        guard (try? process.run()) != nil else { return "Swift unknown" }
        let bytes = (try? pipe.fileHandleForReading.readToEnd()) ?? nil
        process.waitUntilExit()
        let lines = String(decoding: bytes ?? Data(), as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.first.map(String.init) ?? "Swift unknown"
    }
}
