import Deliveries

extension Attempt {
    /// The members of an attempt.
    var members: [(name: String, value: JSON)] {
        [
            ("number", JSON(number)),
            ("trigger", JSON(trigger)),
            ("requested_by", JSON(requestedBy)),
            ("started_at", JSON(startedAt)),
        ] + answer.members(outcome: outcome, url: url)
    }
}

extension DestinationTest {
    /// The members of a finished test.
    var members: [(name: String, value: JSON)] {
        [("started_at", JSON(startedAt))] + answer.members(outcome: outcome, url: url)
    }
}

extension Answer {
    /// The members that say how an exchange went.
    fileprivate func members(outcome: AttemptOutcome, url: String) -> [(name: String, value: JSON)] {
        [
            ("outcome", JSON(outcome)),
            ("status_code", JSON(statusCode)),
            ("error_class", JSON(failure ?? (outcome == .delivered ? nil : .http))),
            ("error", JSON(errorText)),
            ("url", .string(url)),
            ("remote_address", JSON(remoteAddress)),
            ("response", statusCode == nil ? .null : response),
            ("times_ms", times.json),
        ]
    }

    /// What was kept of the answer. The body is text to look at: bytes that are not UTF-8 are replaced.
    private var response: JSON {
        [
            "headers": .array(
                headers.map { field in
                    let value = SensitiveHeaders.contains(field.name) ? SensitiveHeaders.replacement : field.value
                    return ["name": .string(field.name), "value": .string(value)]
                }
            ),
            "body": .string(String(decoding: body, as: UTF8.self)),
            "body_truncated": JSON(bodyWasTruncated),
        ]
    }
}

extension PhaseTimes {
    /// The phases, in milliseconds.
    fileprivate var json: JSON {
        [
            "dns": JSON(milliseconds: dns),
            "connect": JSON(milliseconds: connect),
            "tls": JSON(milliseconds: tls),
            "first_byte": JSON(milliseconds: firstByte),
            "total": JSON(milliseconds: total),
        ]
    }
}
