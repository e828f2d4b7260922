/// What is added to a frame after its parent has moved on.
extension ValueSink {
    /// Writes the item apart and inserts it at the frame's end.
    func addLate(to handle: Handle, key: String?, _ write: (ValueSink) throws -> Void) throws {
        let part = try part(of: handle, key: key)
        try write(part)
        insert(part.body.writer.bytes, into: Int(handle.index), key: key)
    }

    /// Inserts an item that is filled later still, and returns its frame, closed from the outset.
    func nestLate(in handle: Handle, key: String?) throws -> Handle {
        _ = try part(of: handle, key: key)
        let (index, last) = (Int(handle.index), body.current)
        let place = key == nil ? body.frames[index].count : body.frames[index].end ?? 0
        insert([ValueTag.map.rawValue, 0], into: index, key: key)
        let nested = try push(from: index, place: place)
        body.writer.bytes.removeLast(2)
        let end = body.frames[index].end ?? 0
        body.frames[Int(nested.index)].start = end - 2
        body.frames[Int(nested.index)].end = end
        body.current = last
        return nested
    }

    /// Puts a single value where a frame not used until now holds its place.
    func replaceLate(_ index: Int, with value: [UInt8]) {
        let start = body.frames[index].start
        body.writer.bytes.replaceSubrange(start..<start + 2, with: value)
        body.frames[index].kind = .single
        move(from: start + 2, by: value.count - 2, within: index)
    }

    /// A sink of its own for what is to be inserted into the frame.
    private func part(of handle: Handle, key: String?) throws -> ValueSink {
        guard isLive(handle), body.frames[Int(handle.index)].end != nil else {
            throw failure ?? refusal("A container was used after the call it was made for.", in: path(to: handle))
        }
        return ValueSink(
            flavor: body.writer.flavor,
            userInfo: userInfo,
            prefix: itemPath(in: handle, key: key),
            depth: body.frames[Int(handle.index)].depth,
            calls: calls
        )
    }

    private func insert(_ value: [UInt8], into index: Int, key: String?) {
        guard let end = body.frames[index].end else { return }
        var item = ValueWriter(flavor: body.writer.flavor)
        if let key { item.key(key) }
        item.bytes.append(contentsOf: value)
        body.writer.bytes.insert(contentsOf: item.bytes, at: end)
        body.frames[index].count += 1
        move(from: end, by: item.bytes.count, within: index)
    }

    /// Corrects what points behind bytes that were inserted at the end of a frame.
    private func move(from position: Int, by distance: Int, within index: Int) {
        for other in body.frames.indices {
            let parent = body.frames[other].parent
            if parent >= 0, body.frames[parent].kind == .map, body.frames[other].place >= position {
                body.frames[other].place += distance
            }
            if body.frames[other].start >= position { body.frames[other].start += distance }
            guard let end = body.frames[other].end else { continue }
            if end > position || end == position && encloses(other, index) {
                body.frames[other].end = end + distance
            }
        }
        for wide in body.wideCounts.indices where body.wideCounts[wide].offset >= position {
            body.wideCounts[wide].offset += distance
        }
    }

    private func encloses(_ outer: Int, _ inner: Int) -> Bool {
        var index = inner
        while index > outer { index = body.frames[index].parent }
        return index == outer
    }
}
