import Foundation
import Testing

@testable import Postback

@Suite struct QueueTableTests {
    @Test(arguments: [
        (#"{"status":"ok","redis_connected":true,"database_connected":true,"relay":"running"}"#, nil),
        (
            #"{"status":"unavailable","redis_connected":false,"database_connected":true,"relay":"stopped"}"#,
            "Not well: Redis cannot be used, the relay has stopped"
        ),
        (
            #"{"status":"unavailable","redis_connected":true,"database_connected":true,"relay":"running"}"#,
            "Not well: /readyz and the log say why"
        ),
    ]) func `a system that is not well says what is wrong with it`(health: String, line: String?) throws {
        #expect(QueueTable.trouble(try JSONDecoder().decode(JSONValue.self, from: Data(health.utf8))) == line)
    }
}
