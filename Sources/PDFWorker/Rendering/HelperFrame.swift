import Deliveries

/// One message to or from the helper process: a JSON object, and bytes that it announces.
///
/// On the wire: four bytes of length, four bytes of length of the object, the object, the bytes. Lengths are big-endian.
struct HelperFrame: Hashable, Sendable {
    var header: JSONValue
    var body: [UInt8]

    /// The frame as it is sent.
    func encoded() -> [UInt8] {
        let head = header.bytes
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + head.count + body.count)
        bytes.append(bigEndian: 4 + head.count + body.count)
        bytes.append(bigEndian: head.count)
        bytes.append(contentsOf: head)
        bytes.append(contentsOf: body)
        return bytes
    }

    /// Asks for a document.
    static func render(id: Int, _ request: RenderRequest) -> HelperFrame {
        var members: [JSONValue.Member] = [
            .init(name: "op", value: .string("render")),
            .init(name: "id", value: .number("\(id)")),
            .init(name: "html", value: .number("\(request.html.count)")),
            .init(
                name: "assets",
                value: .array(
                    request.assets.map {
                        .array([.string($0.name), .string($0.mediaType), .number("\($0.bytes.count)")])
                    }
                )
            ),
            .init(name: "seconds", value: .number("\(max(1, request.limits.time.components.seconds))")),
            .init(name: "memory", value: .number("\(request.limits.memory)")),
            .init(name: "output", value: .number("\(request.limits.output)")),
            .init(name: "pages", value: .number("\(request.limits.pages)")),
            .init(name: "title", value: .string(request.title)),
            .init(name: "created", value: .string(request.created.rfc3339)),
            .init(name: "identifier", value: .string(request.identifier)),
        ]
        if let author = request.author { members.append(.init(name: "author", value: .string(author))) }
        var body = request.html
        for asset in request.assets { body.append(contentsOf: asset.bytes) }
        return HelperFrame(header: .object(members), body: body)
    }

    /// Asks for the end of one.
    static func cancel(id: Int) -> HelperFrame {
        HelperFrame(
            header: .object([
                .init(name: "op", value: .string("cancel")), .init(name: "id", value: .number("\(id)")),
            ]),
            body: []
        )
    }
}

extension [UInt8] {
    /// Appends four bytes.
    mutating func append(bigEndian number: Int) {
        for shift in [24, 16, 8, 0] { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}
