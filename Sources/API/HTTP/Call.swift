import Deliveries
import Hummingbird
import JobQueue

/// One request on its way to the endpoint that was found for it.
struct Call: Sendable {
    let request: Request
    let context: APIContext
    let parameters: QueryParameters
    /// The values of the path's parameters, as they came.
    let pathValues: [Substring: Substring]

    /// The value of a `{name}` in the path, without its percent-encoding; empty for one that is not valid UTF-8, which is
    /// the name of nothing.
    func pathValue(_ name: String) -> String {
        pathValues[name[...]].flatMap(PercentEncoding.decode) ?? ""
    }

    /// The delivery that the path names.
    func deliveryID() throws(Problem) -> DeliveryID {
        let text = pathValue("id")
        guard let id = DeliveryID(text) else { throw .notFound("delivery \(quoted(text))") }
        return id
    }

    /// The job that the path names.
    func jobID() throws(Problem) -> JobID {
        let text = pathValue("id")
        guard let id = JobID(text) else { throw .notFound("job \(quoted(text))") }
        return id
    }

    /// The quarantined entry that the path names.
    func quarantineID() throws(Problem) -> Int64 {
        let text = pathValue("id")
        guard let id = Self.positiveNumber(text) else { throw .notFound("quarantined entry \(quoted(text))") }
        return id
    }

    /// A number above zero in plain decimal digits, without a sign or leading zeros.
    static func positiveNumber(_ text: String) -> Int64? {
        guard let number = Int64(text), number > 0, String(number) == text else { return nil }
        return number
    }
}
