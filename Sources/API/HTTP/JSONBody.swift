import Deliveries
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// The members of a request's body, which is one JSON object: each known and given once, and each kept as it was written.
struct JSONBody: Sendable {
    /// Bytes of a body at most, where nothing larger is needed.
    static let usualLimit = 64 << 10

    private var values: [String: [UInt8]] = [:]

    /// Reads the whole body of a request. An empty body counts as `{}` and needs no content type.
    ///
    /// - Parameters:
    ///   - known: the names that members may have.
    ///   - limit: bytes at most.
    /// - Throws: ``Problem``; ``BodyReadFailure`` when the connection failed.
    init(of request: Request, known: [String], limit: Int = usualLimit) async throws {
        let isJSON = Self.isJSON(request.headers[.contentType])
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw Problem(
                .unsupportedMediaType,
                "content-encoding: must be left out, the body is taken as it is",
                field: "content-encoding"
            )
        }
        // Before the body is read, so that a client that waits to be asked for it need not send it.
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > 0 {
            guard length <= limit else { throw Problem.tooLarge(limit) }
            guard isJSON else { throw Problem.notJSON }
        }
        let bytes: [UInt8]
        do {
            bytes = Array(try await request.body.collect(upTo: limit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge(limit)
        } catch {
            throw BodyReadFailure(reason: error)
        }
        guard bytes.isEmpty || isJSON else { throw Problem.notJSON }
        try self.init(bytes.isEmpty ? Array("{}".utf8) : bytes, known: known)
    }

    init(_ bytes: [UInt8], known: [String]) throws(Problem) {
        let object: JSONObjectBytes
        do {
            object = try JSONObjectBytes(bytes)
        } catch {
            throw Problem(.malformed, "the body \(error)")
        }
        for member in object.members {
            let name = Self.decode(object.bytes[member.whole.lowerBound...member.name.upperBound])
            guard let name, known.contains(name) else {
                let choices = known.isEmpty ? "this takes none" : "known are \(known.joined(separator: ", "))"
                let shown = quoted(String(decoding: object.bytes[member.name], as: UTF8.self))
                throw Problem(.invalid, "\(shown) is not a member here; \(choices)", field: Problem.fieldName(name))
            }
            guard values.updateValue(Array(object.value(of: member)), forKey: name) == nil else {
                throw .invalid(name, "is given more than once")
            }
        }
    }

    /// The text of a member; `nil` when it is absent or `null`.
    func text(_ name: String) throws(Problem) -> String? {
        guard let value = value(name) else { return nil }
        guard value.first == UInt8(ascii: "\"") else { throw .invalid(name, "is not a string") }
        guard let text = Self.decode(value[...]) else { throw .invalid(name, "is not a string of valid Unicode") }
        return text
    }

    /// A member that is `true` or `false`; `nil` when it is absent or `null`.
    func flag(_ name: String) throws(Problem) -> Bool? {
        guard let value = value(name) else { return nil }
        if value.elementsEqual("true".utf8) { return true }
        if value.elementsEqual("false".utf8) { return false }
        throw .invalid(name, "is not true or false")
    }

    /// A whole number within a range; `nil` when it is absent or `null`. `3.0` and `3e0` are the number 3, as in JSON Schema.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let value = value(name) else { return nil }
        let text = String(decoding: value, as: UTF8.self)
        guard value.first != UInt8(ascii: "\""), let number = Double(text).flatMap(Int.init(exactly:)),
            range.contains(number)
        else { throw .invalid(name, "is not a whole number from \(range.lowerBound) to \(range.upperBound)") }
        return number
    }

    /// The texts of a member that is a list; `nil` when it is absent or `null`.
    func texts(_ name: String) throws(Problem) -> [String]? {
        guard let value = value(name) else { return nil }
        guard let texts = try? JSONDecoder().decode([String].self, from: Data(value)) else {
            throw .invalid(name, "is not a list of strings")
        }
        return texts
    }

    /// One of a closed set of words; `nil` when it is absent, `null` or empty.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String,
        of type: Choice.Type,
        where isAllowed: (Choice) -> Bool = { _ in true }
    ) throws(Problem) -> Choice? {
        guard let text = try text(name), !text.isEmpty else { return nil }
        guard let choice = Choice(rawValue: text), isAllowed(choice) else {
            let words = Choice.allCases.filter(isAllowed).map(\.rawValue).joined(separator: ", ")
            throw .invalid(name, "must be one of \(words)")
        }
        return choice
    }

    /// The text of a member that goes by several names; `nil` when it is absent, `null` or empty under all of them.
    ///
    /// - Returns: the text, and the name it was found under.
    func text(under names: [String]) throws(Problem) -> (text: String, name: String)? {
        var found: (text: String, name: String)?
        for name in names {
            guard let text = try text(name), !text.isEmpty else { continue }
            if let found, !found.text.utf8.elementsEqual(text.utf8) {
                throw .invalid(name, "differs from \(found.name), which means the same; send one of them")
            }
            found = found ?? (text, name)
        }
        return found
    }

    /// The same as ``object(_:)``, except that `null` counts as absent.
    func presentObject(_ name: String) throws(Problem) -> [UInt8]? {
        value(name) == nil ? nil : try object(name)
    }

    /// Whether a member is there and is a string.
    func isText(_ name: String) -> Bool { values[name]?.first == UInt8(ascii: "\"") }

    /// The bytes of a member that is an object, exactly as they came; `nil` when it is absent.
    func object(_ name: String) throws(Problem) -> [UInt8]? {
        guard let value = values[name] else { return nil }
        guard value.first == UInt8(ascii: "{") else { throw .invalid(name, "is not an object") }
        return value
    }

    private func value(_ name: String) -> [UInt8]? {
        values[name].flatMap { $0.elementsEqual("null".utf8) ? nil : $0 }
    }

    /// The text of a JSON string with its quotes; `nil` when its escapes do not make valid Unicode.
    private static func decode(_ string: ArraySlice<UInt8>) -> String? {
        guard string.contains(UInt8(ascii: "\\")) else {
            return String(validating: string.dropFirst().dropLast(), as: UTF8.self)
        }
        return try? JSONDecoder().decode(String.self, from: Data(string))
    }

    private static func isJSON(_ contentType: String?) -> Bool {
        if contentType == "application/json" { return true }
        // Parameters such as the charset do not matter: JSON is UTF-8.
        let type = contentType?.prefix { $0 != ";" }.lowercased()
        return type?.filter { $0 != " " && $0 != "\t" } == "application/json"
    }
}

extension Problem {
    fileprivate static func tooLarge(_ limit: Int) -> Problem {
        Problem(.tooLarge, "the body is longer than the limit of \(limit) bytes")
    }

    fileprivate static var notJSON: Problem {
        Problem(.unsupportedMediaType, "content-type: must be application/json", field: "content-type")
    }
}

/// The body could not be read to its end. The client is gone or does not speak HTTP: Hummingbird deals with it.
struct BodyReadFailure: Error {
    var reason: any Error
}

extension JSONObjectBytes {
    /// The bytes of a member's value, as they were written.
    func value(of member: Member) -> ArraySlice<UInt8> {
        // What stands between the name's closing quote and the value is a colon and white space.
        bytes[(member.name.upperBound + 1)..<member.whole.upperBound].drop { $0 == UInt8(ascii: ":") || $0 <= 0x20 }
    }
}
