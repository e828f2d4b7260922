import Cluster
import DurableActors
import Testing

/// What one keeper does and refuses, step by step.
@Suite struct ShardKeeperTests {
    private let shard = ShardIndex(0)

    private func membership(_ epoch: UInt64, _ names: String...) throws -> ClusterMembership {
        try ClusterMembership(
            epoch: epoch,
            nodes: names.enumerated().map { ClusterNode(name: $1, peerAddress: "10.0.0.\($0 + 1):7000") }
        )
    }

    private func keeper(
        _ name: String,
        _ membership: ClusterMembership,
        record: KeeperRecord = KeeperRecord(),
        shards: Int = 1
    ) throws -> ShardKeeper {
        var settings = KeeperSettings()
        settings.shards = shards
        settings.transfersPerPeer = 2
        return try ShardKeeper(
            name: name,
            record: record,
            membership: membership,
            hasRows: false,
            settings: settings
        )
    }

    /// A keeper whose first write is durable.
    private func started(_ name: String, _ membership: ClusterMembership, shards: Int = 1) throws -> ShardKeeper {
        var keeper = try keeper(name, membership, shards: shards)
        _ = keeper.start()
        _ = keeper.handle(.stored(ticket: 1))
        return keeper
    }

    @Test func `shards are founded at the first epoch, and served once that is durable`() throws {
        var keeper = try keeper("a", membership(1, "a"))
        var change = KeeperChange()
        change.starts = 1
        change.membership = try membership(1, "a")
        change.shards = [shard: .owned(by: .founding)]
        #expect(keeper.start() == [.store(change, ticket: 1)])
        #expect(keeper.route(shard) == .hold)
        #expect(keeper.handle(.stored(ticket: 1)) == [.open([shard])])
        #expect(keeper.route(shard) == .serveHere)
    }

    @Test func `a node that starts first at a later epoch owns nothing`() throws {
        let keeper = try started("a", membership(2, "a"))
        #expect(keeper[shard] == .absent(after: .none))
        #expect(keeper.route(shard) == .hold)
    }

    @Test
    func `objects from before the cluster are taken in by a node that is alone in its first epoch, and else refused`()
        throws
    {
        for refused in [try membership(1, "a", "b"), try membership(2, "a")] {
            #expect(throws: ClusterError.self) {
                try ShardKeeper(name: "a", record: KeeperRecord(), membership: refused, hasRows: true)
            }
        }
        _ = try ShardKeeper(name: "a", record: KeeperRecord(), membership: membership(1, "a"), hasRows: true)
    }

    @Test func `a lower epoch is refused, also after a restart, and another membership of the same epoch`() throws {
        var record = KeeperRecord()
        record.membership = try membership(3, "a", "b")
        var keeper = try keeper("a", membership(2, "a"), record: record)
        let stale = ClusterError(.stale, "A membership of epoch 2 was read after one of epoch 3.")
        #expect(keeper.start().first == .reject(stale))
        #expect(keeper.membership.epoch == 3)
        #expect(try keeper.handle(.membership(membership(2, "a"))) == [.reject(stale)])
        let conflict = ClusterError(.conflict, "Two different memberships have the epoch 3.")
        #expect(try keeper.handle(.membership(membership(3, "a"))) == [.reject(conflict)])
        #expect(try keeper.handle(.membership(membership(3, "a", "b"))) == [])
    }

    @Test func `a move goes through its steps, and each is told to whoever must act`() throws {
        var (a, b) = (try started("a", membership(1, "a")), try started("b", membership(2, "b")))
        _ = try a.handle(.membership(membership(2, "b")))
        _ = a.handle(.stored(ticket: 2))
        let transfer = ShardTransfer(term: 2, start: 1, number: 1)
        let offer = ShardMessage.offer(shard, transfer, epoch: 2)
        #expect(
            a.handle(.linkUp("b")) == [
                .send(.epoch(2), to: "b"), .send(.keeping([shard], epoch: 2), to: "b"), .send(offer, to: "b"), .reroute,
            ]
        )
        #expect(a.route(shard) == .serveHere)

        #expect(b.handle(.message(offer, from: "a")) == [.send(.want(shard, transfer), to: "a")])
        #expect(b.route(shard) == .forward(to: "a"))
        #expect(a.handle(.message(.want(shard, transfer), from: "b")) == [.drain(shard, transfer)])
        #expect(a.route(shard) == .hold)
        #expect(a.handle(.drained(shard, transfer)) == [.sendBundle(shard, transfer, to: "b")])
        #expect(a.handle(.bundleSent(shard, transfer)) == [])

        var change = KeeperChange()
        change.shards = [shard: .staged(transfer, from: "a")]
        change.rows = [.keepBundle(transfer)]
        #expect(b.handle(.bundle(shard, transfer, from: "a")) == [.store(change, ticket: 2)])
        #expect(b.handle(.stored(ticket: 2)) == [.send(.staged(shard, transfer), to: "a")])
        #expect(b.route(shard) == .hold)

        change.shards = [shard: .given(transfer, to: "b")]
        change.rows = []
        #expect(a.handle(.message(.staged(shard, transfer), from: "b")) == [.store(change, ticket: 3)])
        #expect(a.handle(.stored(ticket: 3)) == [.close(shard), .send(.take(shard, transfer), to: "b")])
        #expect(a.route(shard) == .forward(to: "b"))

        let other = ShardTransfer(term: 2, start: 1, number: 2)
        #expect(b.handle(.message(.take(shard, other), from: "a")) == [])
        change.shards = [shard: .owned(by: transfer)]
        change.rows = [.importBundle(transfer)]
        #expect(b.handle(.message(.take(shard, transfer), from: "a")) == [.store(change, ticket: 3)])
        #expect(b.handle(.stored(ticket: 3)) == [.open([shard]), .send(.taken(shard, transfer), to: "a")])
        #expect(b.route(shard) == .serveHere)
        // Said again, it is answered again.
        #expect(
            b.handle(.message(.take(shard, transfer), from: "a")) == [.send(.taken(shard, transfer), to: "a")]
        )

        change.shards = [shard: .absent(after: transfer)]
        change.rows = [.dropRows]
        #expect(a.handle(.message(.taken(shard, transfer), from: "b")) == [.store(change, ticket: 4)])
    }

    @Test func `a link that breaks before the shard is given ends the move, and the owner serves on`() throws {
        var a = try started("a", membership(1, "a"))
        _ = try a.handle(.membership(membership(2, "b")))
        _ = a.handle(.stored(ticket: 2))
        _ = a.handle(.linkUp("b"))
        let transfer = ShardTransfer(term: 2, start: 1, number: 1)
        _ = a.handle(.message(.want(shard, transfer), from: "b"))
        #expect(
            a.handle(.linkDown("b")) == [.open([shard]), .send(.discard(shard, transfer), to: "b"), .reroute]
        )
        #expect(a.route(shard) == .serveHere)
        // What was drained for the move that is over does not count for the next.
        #expect(a.handle(.drained(shard, transfer)) == [])
        #expect(
            a.handle(.message(.staged(shard, transfer), from: "b")) == [.send(.discard(shard, transfer), to: "b")]
        )
    }

    @Test func `no more shards are on their way to a peer than may be`() throws {
        var a = try started("a", membership(1, "a"), shards: 8)
        _ = try a.handle(.membership(membership(2, "b")))
        _ = a.handle(.stored(ticket: 2))
        let offers = a.handle(.linkUp("b")).count { action in
            if case .send(.offer, _) = action { true } else { false }
        }
        #expect(offers == 2)
    }

    @Test func `who is behind a peer's epoch reads the membership again, and holds a request that it cannot place`()
        throws
    {
        var a = try started("a", membership(1, "a", "b"), shards: 8)
        let foreign = try #require((0..<8).map { ShardIndex($0) }.first { a.route($0) != .serveHere })
        #expect(a.answer(foreign, epoch: 1, redirects: 0).route == .forward(to: "b"))
        let answer = a.answer(foreign, epoch: 2, redirects: 0)
        #expect(answer.route == .hold)
        #expect(answer.actions == [.readMembership])
        #expect(a.handle(.message(.epoch(2), from: "b")) == [.readMembership])
        #expect(a.handle(.message(.epoch(1), from: "b")) == [])
    }
}
