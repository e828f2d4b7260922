/// An agent's state as it is kept in memory: decoded when somebody asks for the value, sent as the text that is stored.
struct LoadedState<State> {
    var value: State?
    /// Its JSON; nil while there is no state.
    var text: String?
}

/// A state that need not be there: an optional.
public protocol OptionalState {
    /// No state.
    static var absent: Self { get }
    /// Whether this is no state.
    var isAbsent: Bool { get }
}

extension Optional: OptionalState {
    /// Nil.
    public static var absent: Wrapped? { nil }
    /// Whether this is nil.
    public var isAbsent: Bool { if case .none = self { true } else { false } }
}

extension Agent where State: OptionalState {
    /// The default of an agent whose state is optional: none.
    public static var initialState: State { .absent }
}
