import HTTPTypes
import Hummingbird

/// What a person reads: the page at `/`, and the description of the API.
struct DocumentRoutes {
    var endpoints: [Endpoint] {
        [
            .open("/openapi.yaml", countedAs: .health) { _ in
                Response(PackageResources.openapi_yaml, contentType: "application/yaml")
            },
            .open("/", countedAs: .health) { _ in
                var response = Response(Array(IndexPage.html.utf8), contentType: "text/html; charset=utf-8")
                response.headers[.contentSecurityPolicy] = IndexPage.contentSecurityPolicy
                response.headers[field: .referrerPolicy] = "no-referrer"
                return response
            },
        ]
    }
}
