internal import AgentHost
public import Distributed
public import DurableActors

/// One user: credentials, keys, credits. Named by the user's id.
///
/// Everything a user owns is in this one object, so each change of it is one commit.
public distributed actor Account: DurableObject {
    /// The account's own state of the runtime.
    public let ctx: DurableObjectState
    let env: TaskAgentEnv

    /// Made by the runtime.
    public init(ctx: DurableObjectState, env: TaskAgentEnv) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    private var userId: String { ctx.id.name ?? ctx.id.description }

    /// Opens the account; a second time it stays as it was, and the answer is false.
    distributed func open(_ profile: AccountProfile, credits: Int) async throws -> Bool {
        guard try AccountRecords.profile.get(userId, in: ctx.storage) == nil else { return false }
        try AccountRecords.profile.put(userId, profile, in: ctx.storage)
        try AccountRecords.credits.put(userId, CreditRow(balance: credits), in: ctx.storage)
        return true
    }

    /// Who the user is; nil for an account that was never opened.
    distributed func profile() async throws -> AccountProfile? {
        try AccountRecords.profile.get(userId, in: ctx.storage)
    }

    /// Adds a key, of which only the hash is kept.
    distributed func addKey(_ row: KeyRow, hash: String) async throws {
        try AccountRecords.keys.put(hash, row, in: ctx.storage)
    }

    /// The key with that hash.
    distributed func key(hash: String) async throws -> KeyRow? {
        try AccountRecords.keys.get(hash, in: ctx.storage)
    }

    /// What is left to spend.
    distributed func credits() async throws -> Int {
        try AccountRecords.credits.get(userId, in: ctx.storage)?.balance ?? 0
    }

    /// Sets a credit aside for a task that is about to start; false when none is left that is not set aside.
    distributed func reserve(charge: String, expiresAt: Int64) async throws -> Bool {
        guard try await credits() > reserved(except: charge) else { return false }
        try AccountRecords.reservations.put(charge, ReservationRow(expiresAt: expiresAt), in: ctx.storage)
        return true
    }

    /// Gives back what was set aside for a task that will not be charged.
    distributed func release(charge: String) async throws {
        try AccountRecords.reservations.delete(charge, in: ctx.storage)
    }

    /// Takes credits for one task, once however often it is asked; returns how many it took.
    ///
    /// It takes no more than is left, nor what is set aside for others, so the balance never falls below zero. The
    /// charge and the new balance are one commit, so a retry after a crash finds either both or neither.
    distributed func deduct(_ amount: Int, charge: String) async throws -> Int {
        if let row = try AccountRecords.charges.get(charge, in: ctx.storage) { return row.amount }
        let balance = try await credits()
        let taken = min(amount, max(0, balance - (try reserved(except: charge))))
        let row = ChargeRow(amount: taken, at: ctx.now)
        try AccountRecords.charges.put(charge, row, in: ctx.storage)
        try AccountRecords.credits.put(userId, CreditRow(balance: balance - taken), in: ctx.storage)
        try AccountRecords.reservations.delete(charge, in: ctx.storage)
        return taken
    }

    /// How many credits are set aside for other tasks; forgets those whose time is over.
    private func reserved(except charge: String) throws -> Int {
        var count = 0
        for (key, row) in try AccountRecords.reservations.all(in: ctx.storage) where key != charge {
            if row.expiresAt > ctx.now {
                count += 1
            } else {
                try AccountRecords.reservations.delete(key, in: ctx.storage)
            }
        }
        return count
    }

    /// Keeps a ticket for a socket, good once and for a short time.
    distributed func addTicket(hash: String, expiresAt: Int64) async throws {
        for (key, row) in try AccountRecords.tickets.all(in: ctx.storage) where row.expiresAt <= ctx.now {
            try AccountRecords.tickets.delete(key, in: ctx.storage)
        }
        try AccountRecords.tickets.put(hash, TicketRow(expiresAt: expiresAt), in: ctx.storage)
    }

    /// Uses a ticket up; false when it is unknown, used or too old.
    distributed func consumeTicket(hash: String) async throws -> Bool {
        guard let row = try AccountRecords.tickets.get(hash, in: ctx.storage) else { return false }
        try AccountRecords.tickets.delete(hash, in: ctx.storage)
        return row.expiresAt > ctx.now
    }
}
