import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct AlarmBookTests {
    private static func alarm(_ object: UInt8, _ name: String, due: Int64) -> StoredAlarm {
        StoredAlarm(
            due: due,
            classNumber: ClassNumber(1),
            id: DurableObjectId(bytes: Array(repeating: object, count: 32), name: nil),
            name: name
        )
    }

    @Test func `an alarm that is seen again while it runs is not begun again`() {
        var book = AlarmBook()
        let alarm = Self.alarm(1, "", due: 5)
        #expect(book.found(alarm) == [.deliver(alarm, retryCount: 0)])
        #expect(book.found(alarm) == [])
        #expect(book.ended(alarm, .over) == [])
        #expect(book.isEmpty)
    }

    @Test func `an alarm that is set anew while it runs is begun when the run has ended, however it ends`() {
        for ending in [AlarmBook.Ending.over, .failed(isCounted: true, random: 0)] {
            var book = AlarmBook()
            let (first, second) = (Self.alarm(1, "", due: 5), Self.alarm(1, "", due: 9))
            _ = book.found(first)
            #expect(book.found(second) == [])
            #expect(book.ended(first, ending) == [.deliver(second, retryCount: 0)])
        }
    }

    @Test func `a retry of an alarm that was set anew is dropped`() {
        var book = AlarmBook()
        let (first, second) = (Self.alarm(1, "", due: 5), Self.alarm(1, "", due: 9))
        _ = book.found(first)
        let steps = book.ended(first, .failed(isCounted: true, random: 0))
        #expect(steps == [.wait(first, attempt: 1, milliseconds: 2000)])
        #expect(book.found(second) == [.deliver(second, retryCount: 0)])
        #expect(book.retry(first, attempt: 1) == [])
        #expect(book.ended(second, .over) == [])
        #expect(book.retry(first, attempt: 1) == [])
        #expect(book.isEmpty)
    }

    @Test func `an alarm that is given up waits to be gone before another of its object begins`() {
        var book = AlarmBook()
        let (first, other) = (Self.alarm(1, "a", due: 5), Self.alarm(1, "b", due: 6))
        _ = book.found(first)
        #expect(book.found(other) == [])
        book.giveUp(ClassNumber(1), first.id, name: "a")
        book.giveUp(ClassNumber(1), first.id, name: "b")
        #expect(book.ended(first, .failed(isCounted: true, random: 0)) == [.abandon(first)])
        #expect(book.abandoned(first) == [.deliver(other, retryCount: 0)])
        #expect(
            book.ended(other, .failed(isCounted: false, random: 1)) == [.wait(other, attempt: 2, milliseconds: 2500)]
        )
        #expect(book.retry(other, attempt: 2) == [.deliver(other, retryCount: 0)])
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `whatever happens, one alarm of an object is under way at a time and none is forgotten`(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        var book = AlarmBook()
        var underWay: [DurableObjectId: StoredAlarm] = [:]
        var abandoning: Set<DurableObjectId> = []
        var waiting: [(alarm: StoredAlarm, attempt: UInt64)] = []
        var begun: Set<StoredAlarm> = []
        var latest: [String: StoredAlarm] = [:]
        func take(_ steps: [AlarmBook.Step]) {
            for step in steps {
                switch step {
                case .deliver(let alarm, _):
                    #expect(underWay.updateValue(alarm, forKey: alarm.id) == nil)
                    begun.insert(alarm)
                case .wait(let alarm, let attempt, _): waiting.append((alarm, attempt))
                case .abandon(let alarm):
                    #expect(underWay.updateValue(alarm, forKey: alarm.id) == nil)
                    abandoning.insert(alarm.id)
                }
            }
        }
        func end(_ alarm: StoredAlarm, fails: Bool) {
            underWay[alarm.id] = nil
            if abandoning.remove(alarm.id) != nil { return take(book.abandoned(alarm)) }
            take(book.ended(alarm, fails ? .failed(isCounted: random.below(3) > 0, random: 0) : .over))
        }
        for time in 1...600 {
            switch random.below(4) {
            case 0:
                let alarm = Self.alarm(UInt8(random.below(3)), "\(random.below(3))", due: Int64(time))
                latest["\(alarm.id) \(alarm.name)"] = alarm
                take(book.found(alarm))
            case 1:
                if let alarm = latest.values.sorted(by: { $0.due < $1.due }).first, !begun.contains(alarm) {
                    take(book.found(alarm))
                }
            case 2:
                guard let alarm = underWay.values.sorted(by: { $0.due < $1.due }).first else { continue }
                end(alarm, fails: random.below(2) == 0)
            default:
                guard !waiting.isEmpty else { continue }
                let retry = waiting.remove(at: random.below(waiting.count))
                take(book.retry(retry.alarm, attempt: retry.attempt))
            }
        }
        while true {
            if let alarm = underWay.values.sorted(by: { $0.due < $1.due }).first {
                end(alarm, fails: false)
            } else if let retry = waiting.popLast() {
                take(book.retry(retry.alarm, attempt: retry.attempt))
            } else {
                break
            }
        }
        #expect(book.isEmpty)
        #expect(latest.values.allSatisfy { begun.contains($0) })
    }
}
