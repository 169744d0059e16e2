import ArgumentParser
import Deliveries
import Foundation

/// `postback submit`: submits a PDF job.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Submits a PDF job through the API; with --wait, follows it to its end.",
        discussion: """
            Prints the job's id. With --wait it prints the result, and ends with 1 if the job fails or is cancelled.
            """
    )

    @Option(help: "Id of the product: what is rendered.")
    var product: String
    @Option(help: "Your own code of the document: it is named PRODUCT_CODE.pdf.")
    var code: String
    @Option(help: "What the template shows: a JSON object, @FILE, or - for standard input.")
    var data: String?
    @Option(help: "Name of the person it is for.")
    var userName: String?
    @Option(help: "E-mail address of the person it is for.")
    var userEmail: String?
    @Option(help: "high, normal or low.")
    var priority: String?
    @Option(help: "Name of the queue.")
    var queue: String?
    @Option(help: "Where the end is announced.")
    var callbackURL: String?
    @Option(help: "Where a failure is announced.")
    var failureURL: String?
    @Option(help: "Not before this time (RFC 3339).")
    var runAt: String?
    @Option(parsing: .unconditional, help: "Tries after the first, 0 to 25.")
    var maxRetries: Int?
    @Option(help: "How long one run may take, such as 90s or 5m.")
    var timeout: String?
    @Option(help: "The same key and the same job: it is made once, however often it is submitted.")
    var idempotencyKey: String?
    @Flag(help: "Wait for the end, with its progress.")
    var wait = false
    @Option(name: .shortAndLong, help: "Write the PDF to this file; waits for it.")
    var output: String?
    @Option(help: "Address of the API (POSTBACK_URL; default: what `up` wrote into the data directory).")
    var url: String?
    @Option(help: "API key (POSTBACK_API_KEY; default: what `up` wrote into the data directory).")
    var apiKey: String?
    @Option(
        name: .customLong("data-dir"),
        help: "Data directory of the `up` on this machine (POSTBACK_DATA; default ./postback-data)."
    )
    var dataDirectory: String?
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try checkOutput()
        let client = try ClientOptions.client(url: url, apiKey: apiKey, data: dataDirectory)
        let answer = try await client.send(
            "POST",
            "/api/jobs/pdf/submit",
            body: Data(try body()),
            headers: idempotencyKey.map { ["Idempotency-Key": $0] } ?? [:]
        )
        let submitted = try decode(answer)
        guard let id = submitted["job_id"]?.text else {
            throw CommandFailure(.failed, "the answer is not understood; is it another version?")
        }
        guard wait || output != nil else {
            if json {
                StandardStream.output.writeJSON(String(decoding: answer, as: UTF8.self))
            } else {
                StandardStream.output.write(id)
            }
            if !json, StandardStream.error.isTerminal, let message = submitted["message"]?.text {
                StandardStream.error.write(message)
            }
            return
        }
        try await finish(id, client)
    }

    /// Says before the job is made that its document cannot be written.
    private func checkOutput() throws {
        guard let output else { return }
        let file = URL(fileURLWithPath: output)
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: file.path, isDirectory: &isDirectory)
        guard !exists || !isDirectory.boolValue else {
            throw CommandFailure(.cannotCreate, "--output: \(output) is a directory")
        }
        guard FileManager.default.isWritableFile(atPath: file.deletingLastPathComponent().path) else {
            throw CommandFailure(
                .cannotCreate,
                "--output: \(output) cannot be made: its directory is missing or may not be written"
            )
        }
    }

    /// Follows the job, and says how it ended.
    private func finish(_ id: String, _ client: APIClient) async throws {
        if !json { StandardStream.error.write("job \(id)") }
        let progress = ProgressLine()
        let job = try await JobFollower(client: client, id: id).follow { if !json { progress.show($0) } }
        progress.end()
        if json { StandardStream.output.writeJSON(job.line) }
        switch job["status"]?.text {
        case "completed":
            if !json, let result = job["result"] {
                JobReport.resultLines(result).forEach(StandardStream.output.write)
            }
            if let output { try await download(id, to: output, client) }
        case "failed":
            throw CommandFailure(.failed, "job \(id) failed: \(job["error"]?.text ?? "no reason was given")")
        default:
            throw CommandFailure(.failed, "job \(id) was cancelled")
        }
    }

    private func download(_ id: String, to path: String, _ client: APIClient) async throws {
        let document = try await client.send("GET", try APIClient.path(["api", "jobs", id, "download"]))
        do {
            try document.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure(.cannotCreate, "cannot write \(path): \(error.localizedDescription)")
        }
        if !json { StandardStream.output.write("Saved".padded(to: 14) + path) }
    }

    /// The request's body. `data` goes in as it was given, so that no number changes on the way.
    private func body() throws -> [UInt8] {
        var bytes = Array(#"{"product_id":"#.utf8)
        bytes.appendJSONString(product)
        for (name, value) in [
            ("code", code), ("user_name", userName), ("user_email", userEmail), ("priority", priority),
            ("queue", queue), ("callback_url", callbackURL), ("failure_url", failureURL), ("run_at", runAt),
            ("timeout", timeout),
        ] {
            guard let value else { continue }
            bytes += Array(#","\#(name)":"#.utf8)
            bytes.appendJSONString(value)
        }
        if let maxRetries { bytes += Array(#","max_retries":\#(maxRetries)"#.utf8) }
        if let data {
            bytes += Array(#","data":"#.utf8)
            do {
                bytes += try JSONObjectBytes(try Self.bytes(of: data)).bytes
            } catch let error as JSONScanError {
                throw CommandFailure(.badData, "--data: \(error)")
            }
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private static func bytes(of data: String) throws -> [UInt8] {
        if data == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        guard data.hasPrefix("@") else { return Array(data.utf8) }
        let path = String(data.dropFirst())
        do {
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw CommandFailure(.noInput, "--data: cannot read \(path): \(error.localizedDescription)")
        }
    }

    private func decode(_ data: Data) throws -> JSONValue {
        do {
            return try JSONDecoder().decode(JSONValue.self, from: data)
        } catch {
            throw CommandFailure(.failed, "the answer is not understood; is it another version?")
        }
    }
}
