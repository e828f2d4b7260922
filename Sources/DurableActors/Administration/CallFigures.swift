/// Where the time of one event of an object went: the answer to "why was it slow".
///
/// All times are in nanoseconds on the world's steady clock and add up to the whole.
public struct CallFigures: Sendable {
    /// The class of the object.
    public let className: String
    /// The object.
    public let id: DurableObjectId
    /// What was called: a method's name, or `fetch`, `alarm` and the like.
    public let call: String
    /// Waiting at the input gate: for the object to start, or for critical sections to end.
    public let gateNanoseconds: UInt64
    /// Waiting for the object's turn, behind others and behind what kept the threads busy.
    public let queueNanoseconds: UInt64
    /// From the handler's first step to its end, its own waiting included.
    public let runNanoseconds: UInt64
    /// Waiting for what was written before to be durable.
    public let commitNanoseconds: UInt64
    /// Whether it ended with an error.
    public let hasFailed: Bool

    /// The whole time from its arrival to its answer.
    public var totalNanoseconds: UInt64 { gateNanoseconds + queueNanoseconds + runNanoseconds + commitNanoseconds }
}
