import Deliveries
import Foundation
import Fuzzing
import RedisClient
@testable import Settings

/// Parsers with a fault each, to see that their fuzzers find it.
enum FaultyParser: CaseIterable {
    case commaBehindTheLastMember
    case envelopeNameTwice
    case userInformation
    case secondsThatOverflow
    case bulkTooShort
    case refusalThatRepeatsTheFile

    /// What the fuzzer must say.
    var finding: String {
        switch self {
        case .commaBehindTheLastMember: "taken although a comma stands behind the last member"
        case .envelopeNameTwice: "type stands twice in a flat body"
        case .userInformation: "the text was changed"
        case .secondsThatOverflow: "a wish of 1000 ms, not 86400000"
        case .bulkTooShort: "written and read again the replies are others"
        case .refusalThatRepeatsTheFile: "a refusal gives away a secret: routes"
        }
    }

    /// The fuzzer, with the faulty parser in the place of the true one.
    var fuzzer: any Fuzzer {
        switch self {
        case .commaBehindTheLastMember:
            JSONScanFuzzer { bytes throws(JSONScanError) in
                try JSONObjectBytes(
                    bytes.reduce(into: []) { kept, byte in
                        if byte == UInt8(ascii: "}"), kept.last == UInt8(ascii: ",") { kept.removeLast() }
                        kept.append(byte)
                    }
                )
            }
        case .envelopeNameTwice:
            EventFieldsFuzzer { event, form in
                let body = DeliveryBody.render(event, as: form)
                guard event.data.bytes.contains(UInt8(ascii: "\\")) else { return body }
                return Array(body.dropLast()) + Array(#","type":1}"#.utf8)
            }
        case .userInformation:
            URLFuzzer { text throws(DestinationURLError) in
                try DestinationURL(text.replacing(#/^http://[^/]*@/#, with: "http://"))
            }
        case .secondsThatOverflow:
            RetryAfterFuzzer { value, now in
                guard let seconds = Int64(value), seconds >= 0 else { return RetryAfter.milliseconds(value, now: now) }
                return min(max(seconds &* 1000, RetryAfter.minimum), RetryAfter.maximum)
            }
        case .bulkTooShort:
            RedisReplyFuzzer { reply in
                guard case .bulk(let bytes) = reply, bytes.count > 5 else { return reply }
                return .bulk(bytes.dropLast())
            }
        case .refusalThatRepeatsTheFile:
            ConfigurationFuzzer { file, environment throws(SettingsErrors) in
                do throws(SettingsErrors) {
                    return try SettingsLoader.load(file: file, environment: environment)
                } catch {
                    let lines = (try? String(contentsOfFile: file, encoding: .utf8))?.split(separator: "\n") ?? []
                    let line = lines.first { $0.contains("  secret: ") } ?? ""
                    throw SettingsErrors(problems: [SettingsProblem(path: "routes", message: "near \(line)")])
                }
            }
        }
    }
}
