extension ValueSink {
    /// Adds one item, with its key if the frame is a map.
    @inline(__always)
    func add(to handle: Handle, key: String?, _ write: (inout ValueWriter) throws -> Void) throws {
        do {
            if try body.add(to: handle, key: key, write) { return }
        } catch {
            throw located(error, in: itemPath(in: handle, key: key))
        }
        try addLate(to: handle, key: key) { try write(&$0.body.writer) }
    }

    /// Adds one item of any type.
    func add<T: Encodable>(_ value: T, to handle: Handle, key: String?) throws {
        let step: ValueFrames.Step
        do {
            step = try body.add(value, to: handle, key: key)
        } catch {
            throw located(error, in: itemPath(in: handle, key: key))
        }
        switch step {
        case .added: break
        case .isLate: try addLate(to: handle, key: key) { try $0.encode(value) }
        case .needsFrame(let mark):
            do {
                try descend(value, from: mark.frame, place: key == nil ? mark.count : mark.bytes)
            } catch {
                body.rollBack(to: mark)
                throw located(error, in: itemPath(in: handle, key: key))
            }
            body.frames[mark.frame].count += 1
        }
    }

    /// Adds an item that is filled later, and returns the frame it is filled through.
    func nest(in handle: Handle, key: String?) -> Handle {
        do {
            guard body.isLast(handle) else { return try nestLate(in: handle, key: key) }
            let index = Int(handle.index)
            let mark = body.writer.bytes.count
            if let key { body.writer.key(key) }
            let nested = try push(from: index, place: key == nil ? body.frames[index].count : mark)
            body.frames[index].count += 1
            return nested
        } catch {
            failure = failure ?? error
            return .none
        }
    }

    /// Makes the frame a map or an array, which it may be told twice but not both.
    func open(_ handle: Handle, as kind: Frame.Kind) -> Handle {
        guard body.open(handle, as: kind) else {
            failure = failure ?? refusal("One encoder was asked for containers of two kinds.", in: path(to: handle))
            return .none
        }
        return handle
    }

    /// Makes the frame a single value in place of a container.
    func set(_ handle: Handle, _ write: (inout ValueWriter) throws -> Void) throws {
        let index = Int(handle.index)
        guard isLive(handle), body.frames[index].kind == .unset else {
            throw failure ?? refusal("One encoder was asked for more than one value.", in: path(to: handle))
        }
        var value = ValueWriter(flavor: body.writer.flavor)
        guard body.isLast(handle) else {
            try write(&value)
            return replaceLate(index, with: value.bytes)
        }
        body.writer.bytes.removeLast(2)
        do {
            try write(&body.writer)
            body.frames[index].kind = .single
        } catch {
            body.writer.bytes.removeSubrange(body.frames[index].start...)
            body.writer.tag(.map)
            body.writer.bytes.append(0)
            throw located(error, in: path(to: handle))
        }
    }

    /// Makes the frame a single value of any type.
    func set<T: Encodable>(_ value: T, in handle: Handle) throws {
        guard isLive(handle), body.frames[Int(handle.index)].kind == .unset else {
            throw failure ?? refusal("One encoder was asked for more than one value.", in: path(to: handle))
        }
        let depth = body.frames[Int(handle.index)].depth - 1
        var direct = ValueWriter(flavor: body.writer.flavor)
        do {
            guard try direct.direct(value, depth: depth) else { return try call(value, into: handle) }
        } catch {
            throw located(error, in: path(to: handle))
        }
        try set(handle) { $0.bytes.append(contentsOf: direct.bytes) }
    }

    /// The keys and indices that lead to the item the frame is about to get.
    func itemPath(in handle: Handle, key: String?) -> [any CodingKey] {
        if let key { return path(to: handle) + [ValueKey(stringValue: key)] }
        guard isLive(handle) else { return prefix }
        return path(to: handle) + [ValueKey(intValue: body.frames[Int(handle.index)].count)]
    }

    /// The keys and indices that lead to the frame.
    func path(to handle: Handle) -> [any CodingKey] {
        var keys: [any CodingKey] = []
        guard isLive(handle) else { return prefix }
        var frame = body.frames[Int(handle.index)]
        while frame.parent >= 0 {
            let parent = body.frames[frame.parent]
            keys.append(parent.kind == .map ? keyWritten(at: frame.place) : ValueKey(intValue: frame.place))
            frame = parent
        }
        return prefix + keys.reversed()
    }

    private func keyWritten(at offset: Int) -> ValueKey {
        var (cursor, length, shift) = (offset, 0, 0)
        while cursor < body.writer.bytes.count {
            let byte = body.writer.bytes[cursor]
            length |= Int(byte & 0x7F) << shift
            (cursor, shift) = (cursor + 1, shift + 7)
            if byte < 0x80 { break }
        }
        return ValueKey(stringValue: String(decoding: body.writer.bytes[cursor...].prefix(length), as: UTF8.self))
    }

    /// Turns a refusal of the writer into an error that tells where the value stands.
    func located(_ error: any Error, in path: @autoclosure () -> [any CodingKey]) -> any Error {
        guard let refused = error as? ValueRefusal else { return error }
        return EncodingError.invalidValue(refused.value, .init(codingPath: path(), debugDescription: refused.reason))
    }

    func refusal(_ reason: String, in path: [any CodingKey]) -> any Error {
        EncodingError.invalidValue(reason, .init(codingPath: path, debugDescription: reason))
    }
}
