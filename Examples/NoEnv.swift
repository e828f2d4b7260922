/// What classes are given that need nothing.
struct NoEnv: Sendable {}
