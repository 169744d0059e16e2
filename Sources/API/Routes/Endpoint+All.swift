extension Endpoint {
    /// Every operation of the API, in the order of `openapi.yaml`.
    ///
    /// - Parameter watch: tells of changes of jobs.
    static func all(_ dependencies: APIDependencies, watch: JobWatch) -> [Endpoint] {
        AccountRoutes().endpoints
            + JobSubmitRoutes(dependencies: dependencies, watch: watch).endpoints
            + JobRoutes(dependencies: dependencies).endpoints
            + JobEventRoutes(dependencies: dependencies, watch: watch).endpoints
            + JobDownloadRoutes(dependencies: dependencies).endpoints
            + QueueRoutes(dependencies: dependencies).endpoints
            + ProductRoutes(dependencies: dependencies).endpoints
            + EventRoutes(dependencies: dependencies).endpoints
            + DeliveryRoutes(dependencies: dependencies).endpoints
            + QuarantineRoutes(dependencies: dependencies).endpoints
            + DestinationRoutes(dependencies: dependencies).endpoints
            + HealthRoutes(dependencies: dependencies).endpoints
            + DocumentRoutes().endpoints
    }
}
