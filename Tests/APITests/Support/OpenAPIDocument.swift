import Deliveries
import Foundation
import Yams

@testable import API

/// `openapi.yaml` as the tests read it: which answers it allows.
struct OpenAPIDocument: Sendable {
    static let shared = OpenAPIDocument()

    let root: JSONValue

    private init() {
        let text = String(decoding: PackageResources.openapi_yaml, as: UTF8.self)
        root = JSONValue(yaml: (try? Yams.load(yaml: text)) ?? nil)
    }

    /// Paths with their operations by lower-case method.
    var paths: [String: JSONValue] { root["paths"]?.members ?? [:] }

    /// What is wrong with an answer, by the document; nothing when the operation is not documented, because then it is the
    /// answer to a wrong path or method.
    func faults(method: String, path: String, status: Int, contentType: String?, body: [UInt8]) -> [String] {
        guard let operation = operation(method: method, path: path) else { return [] }
        guard let response = operation["responses"]?[String(status)].map(resolve) else {
            return ["status \(status) of \(method) \(path) is not documented"]
        }
        guard let content = response["content"]?.members else {
            return body.isEmpty ? [] : ["\(method) \(path): status \(status) should have no body"]
        }
        let type = contentType.map { String($0.prefix { $0 != ";" }) } ?? ""
        guard let schema = content[type]?["schema"] else {
            return ["\(method) \(path): content type \(type) of status \(status) is not documented"]
        }
        guard type.hasSuffix("json") else { return [] }
        guard let value = JSONValue(json: body) else { return ["\(method) \(path): the body is not JSON"] }
        return self.faults(in: value, by: schema, at: "\(method) \(path) \(status)")
    }

    /// Follows `$ref`, as far as it goes.
    func resolve(_ value: JSONValue) -> JSONValue {
        guard let reference = value["$ref"]?.string else { return value }
        let target = reference.dropFirst(2).split(separator: "/").reduce(JSONValue?.some(root)) { $0?[String($1)] }
        return target.map(resolve) ?? .null
    }

    private func operation(method: String, path: String) -> JSONValue? {
        let segments = path.prefix { $0 != "?" }.split(separator: "/")
        let matches = paths.filter { pattern, _ in
            let parts = pattern.split(separator: "/")
            return parts.count == segments.count && zip(parts, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        // A path that is written out goes before one with parameters (OpenAPI 3.1 section 4.8.8).
        let match = matches.min { $0.key.count { $0 == "{" } < $1.key.count { $0 == "{" } }
        return match?.value[method.lowercased()]
    }
}

/// The part of JSON Schema that the document uses.
extension OpenAPIDocument {
    func faults(in value: JSONValue, by schema: JSONValue, at place: String) -> [String] {
        let schema = resolve(schema)
        if let choices = schema["anyOf"]?.items {
            return choices.contains { self.faults(in: value, by: $0, at: place).isEmpty }
                ? [] : ["\(place): fits no choice"]
        }
        var faults: [String] = []
        let types = schema["type"].map { $0.items.map { $0.compactMap(\.string) } ?? [$0.string ?? ""] } ?? []
        if !types.isEmpty, !types.contains(where: { Self.value(value, is: $0) }) {
            faults.append("\(place): \(value) is not \(types)")
        }
        if let choices = schema["enum"]?.items, !choices.contains(value) {
            faults.append("\(place): \(value) is no choice")
        }
        if let constant = schema["const"], constant != value { faults.append("\(place): \(value) is not \(constant)") }
        switch value {
        case .string(let text): faults += self.faults(in: text, by: schema, at: place)
        case .number(let number):
            if let minimum = schema["minimum"]?.number, number < minimum { faults.append("\(place): below \(minimum)") }
            if let maximum = schema["maximum"]?.number, number > maximum { faults.append("\(place): above \(maximum)") }
        case .array(let items):
            if let limit = schema["maxItems"]?.number, Double(items.count) > limit {
                faults.append("\(place): too many")
            }
            if let itemSchema = schema["items"] {
                for (index, item) in items.enumerated() {
                    faults += self.faults(in: item, by: itemSchema, at: "\(place)[\(index)]")
                }
            }
        case .object(let members): faults += self.faults(in: members, by: schema, at: place)
        case .null, .bool: break
        }
        return faults
    }

    private func faults(in members: [String: JSONValue], by schema: JSONValue, at place: String) -> [String] {
        var faults: [String] = []
        for name in schema["required"]?.strings ?? [] where members[name] == nil {
            faults.append("\(place): no \(name)")
        }
        for (name, value) in members {
            if let property = schema["properties"]?[name] {
                faults += self.faults(in: value, by: property, at: "\(place).\(name)")
            } else if schema["additionalProperties"] != .bool(true) {
                faults.append("\(place).\(name) is not documented")
            }
        }
        return faults
    }

    private func faults(in text: String, by schema: JSONValue, at place: String) -> [String] {
        var faults: [String] = []
        if let pattern = schema["pattern"]?.string, let expression = try? Regex(pattern),
            text.firstMatch(of: expression) == nil
        {
            faults.append("\(place): \(text) does not match \(pattern)")
        }
        if schema["format"]?.string == "date-time", Timestamp(rfc3339: text) == nil {
            faults.append("\(place): \(text) is no time")
        }
        return faults
    }

    private static func value(_ value: JSONValue, is type: String) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("number", .number), ("string", .string), ("array", .array),
            ("object", .object):
            true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }
}
