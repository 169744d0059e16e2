import HTTPTypes
import Testing

@testable import API

@Suite("openapi.yaml")
struct OpenAPITests {
    private static let document = OpenAPIDocument.shared
    private static let methods: Set = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]

    /// Every documented operation: method and path, what is said of it, and what is said of its path.
    private static var operations: [(name: String, operation: JSONValue, path: JSONValue)] {
        document.paths.flatMap { path, item in
            item.names.intersection(methods).map { method in
                (name: "\(method.uppercased()) \(path)", operation: item[method] ?? .null, path: item)
            }
        }
    }

    @Test("it is served as it is")
    func served() async throws {
        try await TestAPI.run { api in
            let reply = try await api.send(.get, "/openapi.yaml", key: nil)
            #expect(reply.header("Content-Type") == "application/yaml")
            #expect(reply.body == PackageResources.openapi_yaml)
            #expect(Self.document.root["openapi"]?.string == "3.1.0")
        }
    }

    @Test("each documented operation is routed, and each routed one is documented, once")
    func operationsMatch() {
        let routed = TestAPI.endpoints.map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(routed) == Set(Self.operations.map(\.name)))
        #expect(Set(routed).count == routed.count)
        let ids = Self.operations.compactMap { $0.operation["operationId"]?.string }
        #expect(ids.count == routed.count && Set(ids).count == ids.count)
    }

    @Test("parameters and access are documented as they are in the code")
    func parametersMatch() {
        for endpoint in TestAPI.endpoints {
            let name = "\(endpoint.method.rawValue) \(endpoint.path)"
            guard let (_, operation, path) = Self.operations.first(where: { $0.name == name }) else { continue }
            let documented = ((operation["parameters"]?.items ?? []) + (path["parameters"]?.items ?? [])).map(
                Self.document.resolve
            )
            func names(in place: String) -> Set<String> {
                Set(documented.filter { $0["in"]?.string == place }.compactMap { $0["name"]?.string })
            }
            #expect(names(in: "query") == Set(endpoint.parameters), "\(name)")
            #expect(names(in: "path") == Set(endpoint.path.matches(of: /\{(\w+)\}/).map { String($0.1) }), "\(name)")
            #expect(operation["x-access"]?.string == endpoint.access.documentedName, "\(name)")
            let security = operation["security"]?.items
            #expect((security == []) == (endpoint.access == .anyone), "\(name)")
            #expect((security?.contains(.object([:])) == true) == (endpoint.access == .link), "\(name)")
        }
    }

    @Test("every reference leads somewhere, and every component is used")
    func references() {
        var used: Set<String> = []
        func visit(_ value: JSONValue) {
            if let reference = value["$ref"]?.string {
                used.insert(String(reference.dropFirst("#/components/".count)))
                #expect(Self.document.resolve(value) != .null, "\(reference)")
            }
            value.items?.forEach(visit)
            value.members?.values.forEach(visit)
        }
        visit(Self.document.root)
        for kind in ["parameters", "requestBodies", "responses", "schemas"] {
            for name in Self.document.root["components"]?[kind]?.names ?? [] {
                #expect(used.contains("\(kind)/\(name)"), "\(kind)/\(name) is not used")
            }
        }
    }

    @Test("every object says which members it has, and requires those that are always there")
    func objectsAreClosed() {
        for (name, schema) in Self.document.root["components"]?["schemas"]?.members ?? [:] {
            let types = schema["type"].map { $0.items.map { $0.compactMap(\.string) } ?? [$0.string ?? ""] } ?? []
            guard types.contains("object") else { continue }
            #expect(schema["additionalProperties"] == .bool(false), "\(name)")
            let undescribed = Set(schema["required"]?.strings ?? []).subtracting(schema["properties"]?.names ?? [])
            #expect(undescribed == [], "\(name)")
        }
    }

    @Test("the kinds of problems are those of the code")
    func problemKinds() {
        let documented = Self.document.root["components"]?["schemas"]?["Problem"]?["properties"]?["type"]?["enum"]?
            .strings
        #expect(documented == Problem.Kind.allCases.map { "urn:postback:problem:\($0.rawValue)" })
    }

    @Test("the check of answers finds what is wrong with one")
    func checkerWorks() {
        func faults(_ body: String, status: Int = 200, type: String = "application/json") -> Int {
            Self.document.faults(
                method: "GET",
                path: "/api/me",
                status: status,
                contentType: type,
                body: Array(body.utf8)
            ).count
        }
        #expect(faults(#"{"name":"a","role":"ops","tenant":null}"#) == 0)
        #expect(faults(#"{"name":"a","role":"ops"}"#) == 1)
        #expect(faults(#"{"name":"a","role":"root","tenant":null}"#) == 1)
        #expect(faults(#"{"name":7,"role":"ops","tenant":null,"more":1}"#) == 2)
        #expect(faults("{}", status: 418) == 1)
        #expect(faults("{}", type: "text/html") == 1)
        #expect(faults("{") == 1)
    }
}

extension Endpoint.Access {
    /// How `openapi.yaml` calls it.
    fileprivate var documentedName: String {
        switch self {
        case .anyone: "none"
        case .link: "submit or link"
        case .role(let role): role.rawValue
        case .system: "system"
        }
    }
}
