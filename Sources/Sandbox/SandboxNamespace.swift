/// A binding through which sandboxes are reached by name.
public protocol SandboxNamespace: Sendable {
    /// The sandbox of the given name; nothing is created before its first use.
    func get(_ id: String) -> any Sandbox
}

/// The sandbox of the given name in a namespace.
public func getSandbox(_ namespace: any SandboxNamespace, _ id: String) -> any Sandbox {
    namespace.get(id)
}
