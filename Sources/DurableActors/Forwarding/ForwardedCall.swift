internal import Distributed

/// A method call on its way to another node: the object, the method and the encoded arguments.
///
/// Its arguments are in the binary form of `ValueCodec`. The target is the method's name as Swift mangles it, so both nodes run the
/// same program, or one in which the method has the same types.
package struct ForwardedCall: Sendable {
    /// Names the object's class on every node.
    package let uniqueKey: String
    package let id: [UInt8]
    package let name: String?

    /// The shard of the object.
    package var shard: ShardIndex { DurableObjectId(bytes: id, name: nil).shard }
    let target: String
    /// The mangled names of the generic parameters' types.
    let substitutions: [String]
    let arguments: [[UInt8]]

    /// Has the object removed, which is a call without a method.
    init(removing cell: ObjectCell) {
        uniqueKey = cell.objectClass.uniqueKey
        id = cell.id.bytes
        name = cell.id.name
        (target, substitutions, arguments) = ("", [], [])
    }

    init(_ target: String, _ invocation: Invocation, to cell: ObjectCell, carrying handles: any HandleCarrier) throws {
        uniqueKey = cell.objectClass.uniqueKey
        id = cell.id.bytes
        name = cell.id.name
        self.target = target
        substitutions = try invocation.substitutions.map { type in
            guard let name = _mangledTypeName(type) else {
                throw DurableObjectError.typeError("\(type) has no name that another node could find it by.")
            }
            return name
        }
        let userInfo = handles.userInfo
        arguments = try invocation.arguments.map { try ValueCodec.encode($0.value, userInfo: userInfo) }
        let size = arguments.reduce(0) { $0 + $1.count }
        if size > RpcSize.limit { throw RpcSize.exceeded(size) }
    }
}

extension ForwardedCall: ByteCoded {
    package func write(to writer: inout ByteWriter) {
        writer.append(text: uniqueKey)
        writer.append(counted: id)
        writer.append(list: [name].compactMap(\.self)) { $0.append(text: $1) }
        writer.append(text: target)
        writer.append(list: substitutions) { $0.append(text: $1) }
        writer.append(list: arguments) { $0.append(counted: $1) }
    }

    package init(from reader: inout ByteReader) throws {
        uniqueKey = try reader.readText()
        id = try reader.readCounted()
        guard id.count == 32 else { throw StorageError(.format, "An object id has 32 bytes, not \(id.count).") }
        name = try reader.readList { try $0.readText() }.first
        target = try reader.readText()
        substitutions = try reader.readList { try $0.readText() }
        arguments = try reader.readList { try $0.readCounted() }
    }
}

extension HostCore {
    /// Lets a call of another node enter its object; `answer` is called once, when the result may leave.
    ///
    /// Calls enter in the order in which they are given to this. Throws where there is no such object.
    package func receive(
        _ call: ForwardedCall,
        carrying handles: any HandleCarrier,
        answer: @escaping @Sendable (Result<[UInt8], any Error>) -> Void
    ) throws {
        let objectClass = try objectClass(uniqueKey: call.uniqueKey)
        let id = DurableObjectId(bytes: call.id, name: call.name)
        let cell = try cells.known(objectClass, id) ?? newCell(of: objectClass, id)
        guard !call.target.isEmpty else {
            return cell.beginRemoval { error in answer(error.map { .failure($0) } ?? .success([])) }
        }
        cell.admit(ForwardedCallEvent(call, handles.userInfo, answer))
    }

    private func newCell(of objectClass: ObjectClass, _ id: DurableObjectId) throws -> ObjectCell {
        guard objectClass.ids.isValid(id) else {
            throw DurableObjectError.typeError("Durable Object ID is not valid for this namespace.")
        }
        return cells.cell(of: objectClass, id)
    }
}
