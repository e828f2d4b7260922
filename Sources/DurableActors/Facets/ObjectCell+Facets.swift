internal import Locks
internal import struct Synchronization.Atomic

/// The life of a facet's cell, as far as its parent has a part in it.
///
/// A facet's cell is found by the number of its rows and outlives the facet's lives, as every cell does; so two of them
/// never write to one place. Its parent ends it in two steps: the life is detached at once, on the parent's thread, so
/// that whatever is called next starts a new one; what the old one leaves behind is cleared up on the cell, before that.
extension ObjectCell {
    /// How many objects this one is inside of, itself included.
    var depth: Int { seat?.depth ?? 1 }

    /// Where its rows are, of a facet.
    var place: ObjectLocator? { seat.map { ObjectLocator(shard: id.shard, number: $0.record.number) } }

    /// The cell ends; what it has logged is in the store, for it would be kept otherwise.
    func forgetFence() {
        if let place, seat?.isFenced.load(ordering: .acquiring) == true { host.fencedFacets.remove(place) }
    }

    /// Asks the parent how the facet is made, as work of the parent where the call came from; on the facet's cell.
    func prepare(_ incarnation: Incarnation, in seat: FacetSeat) async throws {
        let occupancy = try seat.occupied()
        let parent = occupancy.parent
        incarnation.asFacet?.parent = parent
        parent.cell.perform { parent.holds += 1 }
        if let place, host.fencedFacets.has(place) {
            let (objects, committer) = (host.objects, host.committer)
            await withCheckedContinuation { settled in committer.whenSettled { settled.resume() } }
            try await host.runBlocking { try objects.takeUpLog() }
        }
        let section = incarnation.asFacet?.callerSection
        incarnation.asFacet?.start = try await Task.detached(executorPreference: parent.cell) {
            try await CurrentObject.$incarnation.withValue(parent) {
                try await CriticalSection.$current.withValue(section) {
                    try await parent.comeBack()
                    try await parent.takeUpCopy(seat.record)
                    return try await occupancy.startup()
                }
            }
        }.value
    }

    /// Ends the life of a facet; of one that is removed, nothing gets to disk any more either.
    ///
    /// Callable from any thread.
    func endFacet(because error: DurableObjectError, isRemoved: Bool) {
        if isRemoved { fence() }
        seat?.leave()
        let detached = detach()
        detached?.incarnation.endFacets(because: error, isRemoved: isRemoved)
        guard isRemoved || detached != nil else { return }
        perform { [self] in
            if let detached { conclude(detached, error) }
            guard isRemoved else { return }
            // What an earlier life sent may wait for writes that no longer get to disk; and nobody is to wait for those.
            breakAnswers(because: error)
            raiseWatermark(to: lastSealed)
        }
    }

    /// Keeps what the facet still writes from the disk, and its place free for another.
    private func fence() {
        host.committer.noteFence()
        if let place, seat?.isFenced.exchange(true, ordering: .acquiringAndReleasing) == false {
            host.fencedFacets.add(place)
        }
        host.cells.forget(self)
    }
}

extension Incarnation {
    /// A facet that has left memory no longer keeps its parent there; on the facet's cell.
    func leaveParent() {
        guard let parent = asFacet?.parent.take() else { return }
        parent.cell.perform {
            parent.holds -= 1
            if parent.death == nil { parent.cell.host.evictor.becameIdle(parent) }
        }
    }

    /// What is known of a facet, made known where it is new.
    func makeFacet(_ name: String) throws -> ObjectRecord {
        let key = Self.facetKey(name)
        if let known = try read(key) { return try RowLayout.decodeRecord(known) }
        guard !storage.isInTransaction else {
            throw DurableObjectError(.unsupported, "A facet cannot be made within a transaction.")
        }
        let isReplacement = if case .deleted = storage.open.find(key) { true } else { false }
        let record = facetRecord(name, numbers: 1)
        try write(key, (isReplacement ? FacetOrigin.replacement : .nothing).row(record), confirmed: true)
        return record
    }

    private func facetRecord(_ name: String, numbers: UInt64) -> ObjectRecord {
        let host = cell.host
        return ObjectRecord(
            number: host.takeObjectNumbers(numbers),
            name: name,
            createdAt: host.world.clock.nowMilliseconds
        )
    }

    func deleteFacet(_ name: String) throws {
        try check()
        guard !storage.isInTransaction else {
            throw DurableObjectError(.unsupported, "A facet cannot be deleted within a transaction.")
        }
        try removeFacet(name, because: "Facet was deleted.")
    }

    /// Ends a facet and removes what it has; does nothing where there is none.
    private func removeFacet(_ name: String, because text: String) throws {
        let key = Self.facetKey(name)
        guard let known = try read(key) else { return }
        let faults = cell.host.limits.faults
        if !faults.contains(.livingFacets) {
            let error = DurableObjectError.reset(because: DurableObjectError(.reset, text), of: cell.id)
            endFacet(name, because: error, isRemoved: true)
            // One that an earlier life of this object had asked for may still be ending.
            let number = try RowLayout.decodeRecord(known).number
            cell.host.cells.knownFacet(ObjectLocator(shard: cell.id.shard, number: number))?
                .endFacet(because: error, isRemoved: true)
        }
        if !faults.contains(.keptFacets) { try write(key, nil, confirmed: true) }
    }

    /// Puts a copy of one facet in the place of another.
    func cloneFacet(_ source: String, as target: String) throws {
        try check()
        guard !storage.isInTransaction else {
            throw DurableObjectError(.unsupported, "A facet cannot be cloned within a transaction.")
        }
        let text = "Facet was cloned-over."
        if source == target {
            let error = DurableObjectError.reset(because: DurableObjectError(.reset, text), of: cell.id)
            return endFacet(target, because: error, isRemoved: false)
        }
        let origin = try facetOrigin(copying: Self.facetKey(source))
        try removeFacet(target, because: text)
        guard let origin else { return }
        let record = facetRecord(target, numbers: Self.numbersOfCopy)
        let isEmpty = cell.host.limits.faults.contains(.emptyCopies)
        try write(Self.facetKey(target), (isEmpty ? .replacement : origin).row(record), confirmed: true)
    }

    /// How a copy of a facet begins; nil where there is none to copy.
    private func facetOrigin(copying key: RowKey) throws -> FacetOrigin? {
        guard let row = try read(key) else { return nil }
        // What this turn has made has no rows before the turn has ended.
        guard case .value = storage.open.find(key) else {
            return .copy(of: try RowLayout.decodeRecord(row).number)
        }
        if case .copy = FacetOrigin(row) { return FacetOrigin(row) }
        return .replacement
    }

    /// How many numbers a copy takes, for itself and the facets inside it, which are counted only when it is made.
    private static let numbersOfCopy: UInt64 = 1 << 32

    /// Sees to it that a facet which begins as a copy finds its rows, though what made it is only logged; on the parent's
    /// cell.
    func takeUpCopy(_ record: ObjectRecord) async throws {
        cell.trimSealedBatches()
        guard let name = record.name, case .value(let row) = cell.loggedRows.find(Self.facetKey(name)),
            case .copy = FacetOrigin(row)
        else { return }
        let objects = cell.host.objects
        try await cell.host.runBlocking { try objects.takeUpLog() }
        try await comeBack()
    }

    func deleteFacets() throws {
        var names: [String] = []
        try scan(.facet, KeyRange(), reverse: false) { _, value in
            if let name = try RowLayout.decodeRecord(value).name { names.append(name) }
            return true
        }
        for name in names { try deleteFacet(name) }
    }

    /// A name may be longer than a key, so it is its digest that names the row.
    private static func facetKey(_ name: String) -> RowKey { RowKey(.facet, Digest.sha256(name.utf8)) }
}
