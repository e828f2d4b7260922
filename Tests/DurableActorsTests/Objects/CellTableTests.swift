import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct CellTableTests {
    /// Ids that differ in their first byte alone, so the table has one number for them.
    private static let ids = (UInt8(1)...3).map { first in
        DurableObjectId(bytes: [first] + Array(repeating: 0, count: 31), name: nil)
    }

    @Test func `objects that the table takes for each other at first have a cell each, as long as it lives`() throws {
        let simulated = try simulatedHost(Counter.self)
        let host = simulated.runtime.core
        let objectClass = try #require(host.classes.first)
        var cells = Self.ids.map { host.cells.cell(of: objectClass, $0) }
        #expect(cells.map(\.id) == Self.ids && Set(cells.map(ObjectIdentifier.init)).count == 3)
        for (cell, id) in zip(cells, Self.ids) { #expect(host.cells.cell(of: objectClass, id) === cell) }
        // Whichever has the number, the others are found without it.
        cells.removeFirst()
        #expect(host.cells.all().count == 2)
        for cell in cells { #expect(host.cells.cell(of: objectClass, cell.id) === cell) }
        let again = host.cells.cell(of: objectClass, Self.ids[0])
        #expect(again.id == Self.ids[0] && host.cells.all().count == 3)
        cells = []
        #expect(host.cells.all().map(\.id) == [again.id])
        #expect(host.cells.cell(of: objectClass, Self.ids[0]) === again)
    }
}
