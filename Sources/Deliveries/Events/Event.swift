/// What happened to a job, as a worker published it (contract section 3): every field has been checked.
package struct Event: Hashable, Sendable {
    /// The idempotency key.
    package var id: String
    /// Lower-case, dotted: `job.completed`.
    package var type: String
    /// The bytes of one JSON object, valid UTF-8.
    package var data: JSONObjectBytes
    package var jobID: String?
    package var productID: String?
    package var queue: String?
    package var tenant: String?
    /// When it happened: RFC 3339, as published, or the entry's time.
    package var timestamp: String
    /// Whether the publisher gave ``timestamp``.
    package var timestampWasPublished: Bool
    package var callbackURL: String?
    package var failureURL: String?
    package var route: String?
    /// W3C trace context, well-formed.
    package var traceparent: String?
    /// Whether nothing is wrong when nothing says where it should go: its publisher said `unrouted` = `ignore`.
    package var needsNoDestination: Bool
    /// When the worker put it on the stream.
    package var publishedAt: Timestamp

    /// Makes an event of fields that have been checked.
    package init(
        id: String,
        type: String,
        data: JSONObjectBytes,
        jobID: String? = nil,
        productID: String? = nil,
        queue: String? = nil,
        tenant: String? = nil,
        timestamp: String,
        timestampWasPublished: Bool,
        callbackURL: String? = nil,
        failureURL: String? = nil,
        route: String? = nil,
        traceparent: String? = nil,
        needsNoDestination: Bool = false,
        publishedAt: Timestamp
    ) {
        self.id = id
        self.type = type
        self.data = data
        self.jobID = jobID
        self.productID = productID
        self.queue = queue
        self.tenant = tenant
        self.timestamp = timestamp
        self.timestampWasPublished = timestampWasPublished
        self.callbackURL = callbackURL
        self.failureURL = failureURL
        self.route = route
        self.traceparent = traceparent
        self.needsNoDestination = needsNoDestination
        self.publishedAt = publishedAt
    }

    /// Which of a route's destinations it goes to.
    package var outcome: EventOutcome { EventOutcome(type: type) }

    /// The last part of the type, which receivers know as `status`.
    package var status: String { String(EventOutcome.lastPart(of: type)) }

    /// The URL that came with the event for its outcome, and the field it stood in. Failures go to `callback_url` when
    /// there is no `failure_url`.
    package var ownURL: (field: EventRefusal.Field, url: String)? {
        if outcome == .failure, let failureURL { return (.failureURL, failureURL) }
        return callbackURL.map { (.callbackURL, $0) }
    }

    /// What two events of the same content share: everything the publisher chose but the trace context, each part
    /// preceded by its length so that no two contents look alike. Hashed by the caller.
    package var fingerprintInput: [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(data.bytes.count + 256)
        func append(_ part: some Collection<UInt8>, into bytes: inout [UInt8]) {
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: part.count).littleEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: part)
        }
        append(type.utf8, into: &bytes)
        append((timestampWasPublished ? timestamp : "").utf8, into: &bytes)
        for field in [jobID, productID, queue, tenant, callbackURL, failureURL, route] {
            append((field ?? "").utf8, into: &bytes)
        }
        append(data.bytes, into: &bytes)
        return bytes
    }
}
