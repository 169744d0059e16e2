package import Deliveries
internal import Glibc

/// `Retry-After`: between a second and a day or nothing, and the same date as the C library reads.
package struct RetryAfterFuzzer: Fuzzer {
    package let name = "retry-after"

    package let seeds = [
        "0", "1", "120", "86400", "99999999999999999999", "Sun, 06 Nov 1994 08:49:37 GMT",
        "Mon, 15 Jan 2024 10:05:30 GMT", "Thu, 29 Feb 2024 23:59:59 GMT", "Monday, 15-Jan-24 10:05:30 GMT",
        "Mon Jan 15 10:05:30 2024", "Fri, 31 Dec 9999 23:59:59 GMT", "",
    ].map { Array($0.utf8) }

    package let tokens = [
        "GMT", "UTC", "+0000", " ", ",", ":", "-", "Feb", "feb", "31", "29", "60", "24", "0000", "1900", "2100", "1e3",
        "0x10", "1.5",
        "Jan 2024", " GMT GMT", "\t",
    ].map { Array($0.utf8) }

    /// 2024-01-15T10:05:00Z.
    private static let now = Timestamp(seconds: 1_705_313_100)
    private static let instants = [
        now, Timestamp(milliseconds: 0), Timestamp(milliseconds: .max), Timestamp(milliseconds: .min),
    ]

    private static let months: [Substring] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Reads a field; milliseconds from a time.
    package typealias Read = @Sendable (String, Timestamp) -> Int64?
    private let read: Read

    /// Makes the fuzzer; a test of it puts a faulty parser in the place of the true one.
    package init(read: @escaping Read = { RetryAfter.milliseconds($0, now: $1) }) {
        self.read = read
    }

    package func check(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        let value = String(decoding: input, as: UTF8.self)
        let limits = RetryAfter.minimum...RetryAfter.maximum
        for status in [200, 404, 429, 503] {
            let answer = Answer(
                requestWasSent: true,
                statusCode: status,
                headers: [HeaderField("Retry-After", value)],
                times: PhaseTimes(total: 1)
            )
            for now in Self.instants {
                let judgement = Judgement(answer, profile: .generic, now: now)
                guard judgement.retryAfter.map({ limits.contains($0) }) ?? true else {
                    throw FuzzFinding("a wish outside of its limits: \(judgement.retryAfter ?? 0)")
                }
                guard status != 200 || judgement == Judgement(answer: 200) else {
                    throw FuzzFinding("a delivered answer has a wish")
                }
            }
        }
        guard let wish = read(value, Self.now) else { return false }
        if let expected = Self.expectedWish(value), expected != wish {
            throw FuzzFinding("a wish of \(wish) ms, not \(expected)")
        }
        return true
    }

    /// What the wish must be, for plain numbers and for dates in the form that is sent today.
    private static func expectedWish(_ value: String) -> Int64? {
        if !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // More than an `Int64` holds is more than a day.
            let seconds = min(Int64(value) ?? .max, 86_400)
            return min(max(seconds * 1000, RetryAfter.minimum), RetryAfter.maximum)
        }
        let words = value.split(separator: " ", omittingEmptySubsequences: false)
        guard value.utf8.count == 29, words.count == 6, words[3].utf8.count == 4,
            let month = months.firstIndex(of: words[2]),
            let day = Int32(words[1]),
            let year = Int32(words[3])
        else { return nil }
        let clock = words[4].split(separator: ":", omittingEmptySubsequences: false).compactMap { Int32($0) }
        guard clock.count == 3 else { return nil }
        var parts = unsafe tm()
        unsafe (parts.tm_mday, parts.tm_mon, parts.tm_year) = (day, Int32(month), year - 1900)
        unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec) = (clock[0], clock[1], clock[2])
        let seconds = unsafe timegm(&parts)
        // The C library makes the first of March of the thirtieth of February.
        guard unsafe (parts.tm_mday, parts.tm_hour, parts.tm_min) == (day, clock[0], clock[1]) else { return nil }
        let wish = (Int64(seconds) - now.milliseconds / 1000) * 1000
        return min(max(wish, RetryAfter.minimum), RetryAfter.maximum)
    }
}

extension Judgement {
    /// The judgement of a plain answer.
    fileprivate init(answer status: Int) {
        self.init(
            Answer(requestWasSent: true, statusCode: status, times: PhaseTimes(total: 1)),
            profile: .generic,
            now: Timestamp(milliseconds: 0)
        )
    }
}
