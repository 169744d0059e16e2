import Deliveries
import Foundation
import Testing

@testable import PDFWorker

/// Holds the workflows in `deploy/n8n` to what n8n's source says about its nodes.
@Suite struct WorkflowKitTests {
    private struct Node {
        var json: JSONValue

        var name: String { json["name"]?.text ?? "" }
        var type: String { json["type"]?.text ?? "" }
        var parameters: JSONValue { json["parameters"] ?? .null }

        func parameter(_ path: String) -> JSONValue? {
            path.split(separator: ".").reduce(parameters) { $0?[String($1)] }
        }
    }

    private static let files = ["split-urls", "wait-and-resume", "hmac-guard"]

    /// The versions that every n8n since these nodes were made in this form can load.
    private static let versions: [String: String] = [
        "manualTrigger": "1", "webhook": "2", "httpRequest": "4.2", "wait": "1.1", "if": "2.2", "switch": "3.2",
        "crypto": "2", "respondToWebhook": "1.1", "set": "3.4", "removeDuplicates": "2", "stopAndError": "1",
        "stickyNote": "1",
    ]

    private func workflow(_ name: String) throws -> JSONValue {
        let text = try #require(FileManager.default.contents(atPath: repository + "/deploy/n8n/\(name).json"))
        return JSONReader.value(of: try JSONObjectBytes(Array(text)))
    }

    private func nodes(_ workflow: JSONValue) throws -> [Node] {
        guard case .array(let nodes)? = workflow["nodes"] else { throw RenderFailure(.input, "no nodes") }
        return nodes.map { Node(json: $0) }
    }

    @Test(arguments: files)
    func `a workflow imports: ids, versions and connections are whole`(file: String) throws {
        let workflow = try workflow(file)
        let nodes = try nodes(workflow)
        #expect(workflow["id"]?.text?.isEmpty == false)
        #expect(workflow["active"] == .bool(false))
        #expect(workflow["settings"]?["executionOrder"] == .string("v1"))
        #expect(Set(nodes.map(\.name)).count == nodes.count)
        #expect(Set(nodes.compactMap { $0.json["id"]?.text }).count == nodes.count)
        for node in nodes {
            #expect(UUID(uuidString: node.json["id"]?.text ?? "") != nil, "\(node.name)")
            #expect(node.type.hasPrefix("n8n-nodes-base."))
            let version = Self.versions[String(node.type.dropFirst("n8n-nodes-base.".count))]
            #expect(node.json["typeVersion"] == version.map { .number($0) }, "\(node.name)")
            #expect(node.json["credentials"] == nil, "\(node.name): credentials are the user's")
        }
        guard case .object(let sources)? = workflow["connections"] else {
            Issue.record("no connections")
            return
        }
        var reached: Set<String> = []
        for source in sources {
            #expect(nodes.contains { $0.name == source.name }, "\(source.name)")
            guard case .array(let outputs)? = source.value["main"] else { continue }
            for case .array(let targets) in outputs {
                for target in targets {
                    let name = try #require(target["node"]?.text)
                    #expect(nodes.contains { $0.name == name }, "\(name)")
                    #expect(target["type"] == .string("main") && target["index"] == .number("0"))
                    reached.insert(name)
                }
            }
        }
        let triggers = ["n8n-nodes-base.manualTrigger", "n8n-nodes-base.webhook", "n8n-nodes-base.stickyNote"]
        for node in nodes where !triggers.contains(node.type) { #expect(reached.contains(node.name), "\(node.name)") }
    }

    @Test(arguments: files)
    func `a note on the canvas explains it`(file: String) throws {
        let note = try #require(try nodes(workflow(file)).first { $0.type == "n8n-nodes-base.stickyNote" })
        #expect((note.parameter("content")?.text?.count ?? 0) > 400)
        #expect(note.parameter("width")?.count != nil && note.parameter("height")?.count != nil)
    }

    @Test(arguments: files)
    func `what receives keeps the exact bytes, and what resumes takes POST`(file: String) throws {
        for node in try nodes(workflow(file)) {
            switch node.type {
            case "n8n-nodes-base.webhook":
                #expect(node.parameter("httpMethod") == .string("POST"))
                #expect(node.parameter("options.rawBody") == .bool(true))
                #expect(UUID(uuidString: node.json["webhookId"]?.text ?? "") != nil)
            case "n8n-nodes-base.wait":
                #expect(node.parameter("resume") == .string("webhook"))
                #expect(node.parameter("httpMethod") == .string("POST"))
                #expect(node.parameter("limitWaitTime") == .bool(true))
                #expect(node.parameter("limitType") == .string("afterTimeInterval"))
                #expect(
                    node.parameter("resumeAmount") == .number("1") && node.parameter("resumeUnit") == .string("hours")
                )
                #expect(UUID(uuidString: node.json["webhookId"]?.text ?? "") != nil)
            case "n8n-nodes-base.crypto":
                #expect(node.parameter("action") == .string("hmac") && node.parameter("type") == .string("SHA256"))
                #expect(node.parameter("binaryData") == .bool(true))
                #expect(node.parameter("binaryPropertyName") == .string("data"))
                #expect(node.parameter("encoding") == .string("hex"))
                #expect(node.parameter("secret") == nil, "the secret belongs into a credential")
            case "n8n-nodes-base.removeDuplicates":
                #expect(node.parameter("operation") == .string("removeItemsSeenInPreviousExecutions"))
                #expect(node.parameter("dedupeValue") == .string("={{ $json.body.event_id }}"))
            case "n8n-nodes-base.if":
                #expect(node.parameter("conditions.options.version") == .number("2"))
                guard case .array(let conditions)? = node.parameter("conditions.conditions") else { continue }
                #expect(conditions.first?["leftValue"] == .string("={{ $json.expected_signature }}"))
                #expect(conditions.first?["rightValue"] == .string("={{ $json.headers['x-postback-signature'] }}"))
                #expect(conditions.first?["operator"]?["operation"] == .string("equals"))
            case "n8n-nodes-base.httpRequest" where node.parameter("method") == .string("POST"):
                #expect(node.parameter("authentication") == .string("genericCredentialType"))
                #expect(node.parameter("genericAuthType") == .string("httpHeaderAuth"))
                #expect(node.parameter("specifyBody") == .string("json"))
                guard case .array(let headers)? = node.parameter("headerParameters.parameters") else { continue }
                #expect(headers.first?["name"] == .string("Idempotency-Key"))
                #expect(node.parameter("url")?.text?.hasSuffix("/api/jobs/pdf/submit") == true)
            default: break
            }
        }
    }

    @Test func `the three ways are what their names say`() throws {
        let split = try nodes(workflow("split-urls"))
        #expect(
            split.filter { $0.type == "n8n-nodes-base.webhook" }.compactMap { $0.parameter("path")?.text } == [
                "pdf-complete", "pdf-failed",
            ]
        )
        let body = split.first { $0.name == "Submit the job" }?.parameter("jsonBody")?.text ?? ""
        #expect(body.contains("callback_url: \"https://n8n.example.com/webhook/pdf-complete\""))
        #expect(body.contains("failure_url: \"https://n8n.example.com/webhook/pdf-failed\""))
        let download = split.first { $0.name == "Download the PDF" }
        #expect(download?.parameter("url") == .string("={{ $json.body.result.download_url }}"))
        #expect(download?.parameter("options.response.response.responseFormat") == .string("file"))

        // Cancelled jobs come to the failure URL too, without an error.
        let told = split.first { $0.name == "Tell somebody" }?.parameter("assignments.assignments")
        guard case .array(let lines)? = told else {
            Issue.record("nothing is told")
            return
        }
        #expect(lines.first?["value"]?.text?.contains("{{ $json.body.status }}") == true)
        #expect(lines.last?["value"]?.text?.contains("$json.body.cancelled_by") == true)

        let wait = try nodes(workflow("wait-and-resume"))
        #expect(
            wait.first { $0.name == "Submit the job" }?.parameter("jsonBody")?.text?.contains(
                "callback_url: $execution.resumeUrl"
            ) == true
        )
        let ways = wait.first { $0.type == "n8n-nodes-base.switch" }
        guard case .array(let rules)? = ways?.parameter("rules.values") else {
            Issue.record("no rules")
            return
        }
        #expect(rules.compactMap { $0["outputKey"]?.text } == ["completed", "failed", "cancelled"])
        #expect(ways?.parameter("options.fallbackOutput") == .string("extra"))

        let guarded = try nodes(workflow("hmac-guard"))
        #expect(
            guarded.first { $0.type == "n8n-nodes-base.webhook" }?.parameter("responseMode") == .string("responseNode")
        )
        let answers = guarded.filter { $0.type == "n8n-nodes-base.respondToWebhook" }
        #expect(answers.compactMap { $0.parameter("options.responseCode")?.count } == [200, 401])
    }

    @Test func `the README has a curl for every endpoint that it lists, each with a body that is JSON`() throws {
        let text = try String(contentsOfFile: repository + "/deploy/n8n/README.md", encoding: .utf8)
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("curl ") }
        #expect(lines.count >= 15)
        for line in lines {
            #expect(line.contains("'http://postback:8080/api/"), "\(line)")
            guard let start = line.range(of: "-d '") else { continue }
            let body = line[start.upperBound...].prefix { $0 != "'" }
            #expect(throws: Never.self) { try JSONObjectBytes(Array(body.utf8)) }
            #expect(line.contains("Content-Type: application/json"))
        }
    }
}
