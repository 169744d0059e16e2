import CCurl
import Deliveries

/// The header list of one request in the form that libcurl reads, in two blocks of memory that are used again for the next
/// request: a list built with `curl_slist_append` would cost two allocations for each field.
///
/// libcurl keeps pointers into both blocks until the transfer has ended; they change only in ``fill(_:)``.
@safe struct RequestHeaderList: ~Copyable {
    private var nodes: UnsafeMutableBufferPointer<curl_slist>
    private var text: UnsafeMutableBufferPointer<CChar>

    init() {
        unsafe nodes = .allocate(capacity: 24)
        unsafe text = .allocate(capacity: 2048)
    }

    deinit {
        unsafe nodes.deallocate()
        unsafe text.deallocate()
    }

    /// Fields that libcurl adds unless the list says something about them; `Name:` alone keeps a field out.
    private static let suppressed: [(name: String, line: StaticString)] = [
        ("accept", "Accept:"), ("content-type", "Content-Type:"), ("expect", "Expect:"),
    ]

    /// Writes the fields down.
    ///
    /// - Returns: the list, which is valid until the next call.
    mutating func fill(_ fields: [HeaderField]) -> UnsafeMutablePointer<curl_slist>? {
        reserve(
            lines: fields.count + Self.suppressed.count,
            bytes: fields.reduce(64) { $0 + $1.name.utf8.count + $1.value.utf8.count + 3 }
        )
        var writer = unsafe ListWriter(nodes: nodes, text: text)
        for field in fields {
            writer.beginLine()
            writer.write(field.name)
            if Self.isBlank(field.value) {
                // `Name:` would remove the field; this is how libcurl is told to send it without a value.
                writer.write(";")
            } else {
                writer.write(": ")
                writer.write(field.value)
            }
            writer.endLine()
        }
        for (name, line) in Self.suppressed where !fields.contains(where: { $0.isNamed(name) }) {
            writer.beginLine()
            writer.write(line.description)
            writer.endLine()
        }
        return unsafe nodes.baseAddress
    }

    private static func isBlank(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    private mutating func reserve(lines: Int, bytes: Int) {
        if unsafe lines > nodes.count {
            unsafe nodes.deallocate()
            unsafe nodes = .allocate(capacity: lines * 2)
        }
        if unsafe bytes > text.count {
            unsafe text.deallocate()
            unsafe text = .allocate(capacity: bytes * 2)
        }
    }
}

/// Writes lines behind each other, and a node for each. The blocks are large enough by ``RequestHeaderList``'s reckoning; a
/// mistake there traps instead of writing past the end.
@safe private struct ListWriter {
    let nodes: UnsafeMutableBufferPointer<curl_slist>
    let text: UnsafeMutableBufferPointer<CChar>
    var lines = 0
    var used = 0

    mutating func beginLine() {
        unsafe precondition(lines < nodes.count)
        let start = unsafe text.baseAddress.map { unsafe $0 + used }
        let node = unsafe nodes.baseAddress.map { unsafe $0 + lines }
        unsafe node?.initialize(to: curl_slist(data: start, next: nil))
        if lines > 0 { unsafe nodes[lines - 1].next = node }
        lines += 1
    }

    mutating func write(_ string: String) {
        var string = string
        string.withUTF8 { bytes in
            let end = used + bytes.count
            unsafe precondition(end < text.count)
            unsafe UnsafeMutableRawBufferPointer(text)[used..<end].copyBytes(from: bytes)
            used = end
        }
    }

    mutating func endLine() {
        unsafe text[used] = 0
        used += 1
    }
}
