extension Endpoint {
    /// Every operation of the API, in the order of `openapi.yaml`.
    static func all(_ dependencies: APIDependencies) -> [Endpoint] {
        AccountRoutes().endpoints
            + EventRoutes(dependencies: dependencies).endpoints
            + DeliveryRoutes(dependencies: dependencies).endpoints
            + QuarantineRoutes(dependencies: dependencies).endpoints
            + DestinationRoutes(dependencies: dependencies).endpoints
            + HealthRoutes(dependencies: dependencies).endpoints
            + DocumentRoutes().endpoints
    }
}
