import Testing

@testable import DurableActors

@Suite struct CallOrderTests {
    @Test func `a call that may begin before its turn is kept until those before it have begun`() {
        var order = CallOrder<String>()
        let (first, second, third) = (order.take(), order.take(), order.take())
        #expect(order.arrive(third, "third") == nil)
        #expect(order.arrive(second, "second") == nil)
        #expect(order.arrive(first, "first") == "first")
        #expect(order.leave(first) == "second")
        #expect(order.leave(second) == "third")
        #expect(order.leave(third) == nil)
        #expect(order.arrive(order.take(), "fourth") == "fourth")
    }

    @Test func `a call that never begins gives its turn on`() {
        var order = CallOrder<String>()
        let (first, second, third, fourth) = (order.take(), order.take(), order.take(), order.take())
        #expect(order.leave(second) == nil)
        #expect(order.arrive(fourth, "fourth") == nil)
        #expect(order.leave(first) == nil)
        #expect(order.arrive(third, "third") == "third")
        #expect(order.leave(third) == "fourth")
    }
}
