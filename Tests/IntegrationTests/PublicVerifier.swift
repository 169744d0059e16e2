import Foundation
import ReceiverTestSupport
import Signing
import Testing

/// Verifies callbacks as a receiver would.
enum PublicVerifier {
    /// Checks every request with our own verifier, and with the public library when `deploy/test` has installed it.
    static func verify(_ requests: [ReceivedRequest]) throws {
        let verifier = SignatureVerifier(secrets: [try Secret(Installation.secret)])
        for request in requests {
            let now = Int64(Date().timeIntervalSince1970)
            try verifier.verify(headers: request.headers, body: request.body, now: now)
            try verifier.verifyHex(headers: request.headers, body: request.body)
        }
        guard let python = ProcessInfo.processInfo.environment["POSTBACK_TEST_PYTHON"] else { return }
        let script = """
            import base64, json, sys
            from standardwebhooks import Webhook
            webhook = Webhook(sys.argv[1])
            for line in sys.stdin:
                request = json.loads(line)
                webhook.verify(base64.b64decode(request["body"]), request["headers"])
            """
        let lines = try requests.map { request in
            let headers = Dictionary(request.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
            let object: [String: Any] = ["headers": headers, "body": Data(request.body).base64EncodedString()]
            return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", script, Installation.secret]
        let input = Pipe()
        process.standardInput = input
        try process.run()
        input.fileHandleForWriting.write(Data((lines.joined(separator: "\n") + "\n").utf8))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "the public library refuses a delivery")
    }
}
