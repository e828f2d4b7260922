/// An error of the disk below an object's storage.
public struct StorageError: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    /// What kind of trouble it is.
    public struct Code: Sendable, Hashable, Codable, RawRepresentable {
        /// The name of the code, for logs.
        public let rawValue: String
        /// Makes a code from its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The disk or the map of the data file is full; nothing of the commit was written.
        public static let full = Code(rawValue: "full")
        /// Another process serves this data directory.
        public static let inUse = Code(rawValue: "inUse")
        /// The directory cannot be written.
        public static let readOnly = Code(rawValue: "readOnly")
        /// The data was written by another version or is damaged.
        public static let format = Code(rawValue: "format")
        /// Any other refusal of the operating system or the database library.
        public static let io = Code(rawValue: "io")
    }

    /// What kind of trouble it is.
    public let code: Code
    /// What was tried, and what the system said.
    public let description: String
    /// The database library's or the system's own number, where there is one.
    public let engineCode: Int32?

    /// Makes an error.
    public init(_ code: Code, _ description: String, engineCode: Int32? = nil) {
        self.code = code
        self.description = description
        self.engineCode = engineCode
    }
}
