/// Writes the metrics of the process.
package protocol MetricsRendering: Sendable {
    /// All series in Prometheus' text format 0.0.4.
    func render() async -> String
}
