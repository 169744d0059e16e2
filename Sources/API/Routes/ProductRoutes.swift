import Hummingbird
import JobQueue

/// What can be rendered.
struct ProductRoutes {
    private static let path = "/api/products"

    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        [.keyed(.get, Self.path, .role(.submit), parameters: ListPage.parameters, respond: list)]
    }

    private func list(_ call: Call, _ key: APIKey) async throws -> Response {
        let list = try ListPage(call.parameters)
        let after = list.cursor ?? ""
        let products = try await dependencies.jobs.products().filter { $0.id > after }.sorted { $0.id < $1.id }
        return list.response(
            items: products.prefix(list.limit).map { .object($0.members) },
            next: products.count > list.limit ? products[list.limit - 1].id : nil,
            path: Self.path
        )
    }
}
