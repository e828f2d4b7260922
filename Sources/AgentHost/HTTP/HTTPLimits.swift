/// What a peer may make an HTTP parser hold or accept; sizes are in bytes.
package struct HTTPLimits: Sendable, Equatable {
    /// The longest request or status line, without its line end; a longer request line is answered with 414.
    package var maxRequestLineBytes = 8 * 1024

    /// The longest header or trailer block, line ends and the closing empty line included; a longer one gives 431.
    package var maxHeaderBytes = 64 * 1024

    /// The greatest number of fields in a header or trailer block; more give 431.
    package var maxHeaderCount = 128

    /// The longest body, chunk framing not counted; a longer one gives 413.
    package var maxBodyBytes = 100 * 1024 * 1024

    /// The longest chunk size line without its line end; a longer one gives 400.
    package var maxChunkLineBytes = 4 * 1024

    /// The greatest sum of chunk extension bytes in one body; more give 413.
    package var maxChunkExtensionBytes = 16 * 1024

    /// Makes the default limits.
    package init() {}
}
