import Foundation
import JobQueue
import Signing
import Testing

@testable import PDFWorker

/// With the real engine.
@Suite struct RenderingTests {
    @Test func `a job becomes a document, a record and a result`() async throws {
        try await Bench.run { bench in
            try bench.templates.product(
                "hello",
                "<title>Hello {{name}}</title><link rel=stylesheet href=\"style.css\"><p>{{name}}<p class=second>{{request.code}}",
                yaml: "title: Greeting\nauthor: Acme\n",
                files: ["style.css": "@page { size: A5 } .second { break-before: page }"]
            )
            let job = claimed("hello", data: #"{"name":"Ann"}"#)
            let result = try await bench.run(job)
            let pdf = bench.document(job)
            #expect(pdf.starts(with: "%PDF-1.7".utf8))
            #expect(result["pdf_filename"] == .string("hello_USER123.pdf"))
            #expect(result["pdf_file_size"]?.count == pdf.count)
            #expect(result["pages"] == .number("2"))
            #expect(result["sha256"] == .string(Hexadecimal.encode(sha256(pdf))))
            #expect((result["render_ms"]?.count ?? 0) > 0)
            let link = try #require(result["download_url"]?.text)
            let id = job.lease.job.text
            #expect(link.hasPrefix("https://pdf.example.com/api/jobs/\(id)/download?expires=1705917600&signature="))
            try DownloadLink(secret: Array("0123456789abcdef".utf8)).verify(
                id: id,
                expires: "1705917600",
                signature: String(link.suffix(64)),
                now: 1_705_312_800
            )
            let about = try pdfinfo(bench.storage.documentPath(of: job.lease.job))
            #expect(about["Title"] == "Hello Ann")
            #expect(about["Author"] == "Acme")
            #expect(about["Pages"] == "2")
            #expect(about["Page size"]?.hasPrefix("419.5") == true)
            let permissions = try FileManager.default.attributesOfItem(
                atPath: bench.storage.documentPath(of: job.lease.job)
            )
            #expect(permissions[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `the same job has the same bytes, from another helper too`() async throws {
        var documents: [[UInt8]] = []
        for _ in 1...2 {
            try await Bench.run(documentsPerHelper: 1) { bench in
                try bench.templates.product("hello", "<title>x</title><p style=\"font-weight: bold\">{{request.code}}")
                for _ in 1...2 {
                    let job = claimed("hello", id: try #require(JobID("550e8400-e29b-41d4-a716-446655440000")))
                    // Without the record it is made again.
                    try? FileManager.default.removeItem(atPath: bench.storage.path)
                    _ = try await bench.run(job)
                    documents.append(bench.document(job))
                }
            }
        }
        #expect(Set(documents).count == 1)
    }

    @Test func `a job that is run again finds its document, and makes it again only for another request or product`()
        async throws
    {
        try await Bench.run { bench in
            try bench.templates.product("hello", "<p>{{name}}")
            let job = claimed("hello", data: #"{"name":"Ann"}"#)
            let path = bench.storage.documentPath(of: job.lease.job)
            let first = try await bench.run(job)
            // A document that is stored is another file.
            let number = { try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64 }
            let made = try #require(try number())
            #expect(try await bench.run(job) == first)
            #expect(try number() == made)

            let document = bench.document(job)
            try Data(document.dropLast()).write(to: URL(fileURLWithPath: path))
            #expect(try await bench.run(job)["sha256"] == first["sha256"])
            #expect(bench.document(job) == document)

            try bench.templates.write("<p>{{name}}<p style=\"break-before: page\">2", to: "hello/template.html")
            #expect(try await bench.run(job)["pages"] == .number("2"))
            let names = try FileManager.default.contentsOfDirectory(
                atPath: bench.storage.path + "/\(job.lease.job.text.prefix(2))"
            )
            #expect(names.sorted() == ["\(job.lease.job).json", "\(job.lease.job).pdf"])
        }
    }

    @Test func `bad input fails for good, with one line that names it`() async throws {
        try await Bench.run { bench in
            try bench.templates.product(
                "hello",
                "<p>{{name}}",
                yaml: "title: x\nschema: { type: object, properties: { name: { type: string } } }"
            )
            for (job, message) in [
                (claimed("nothing"), "there is no product \"nothing\""),
                (claimed("hello", data: #"{"name":3}"#), "data.name must be a string"),
            ] {
                let error = await #expect(throws: JobFailure.self) { try await bench.run(job) }
                #expect(error == JobFailure(message, isRetriable: false))
            }
            var job = claimed("hello")
            job.payload = Array("[]".utf8)
            await #expect(throws: JobFailure("the payload is not a JSON object", isRetriable: false)) {
                try await bench.run(job)
            }
        }
    }

    @Test func `names that files and headers do not take are changed`() {
        #expect(PDFRequest(code: "a/b\"c\nü", productID: "x").filename == "x_a_b_c_ü.pdf")
        #expect(PDFRequest(code: "עברית \u{202E}😀", productID: "x").filename == "x_עברית__😀.pdf")
        let long = String(repeating: "a", count: 127)
        #expect(PDFRequest(code: long + "1", productID: "x").filename == "x_\(long)1.pdf")
        #expect(PDFRequest(code: "../..", productID: "x").filename == "x_.._...pdf")
    }

    @Test func `a helper is replaced after its documents, and none is lost by it`() async throws {
        try await Bench.run(documentsPerHelper: 2) { bench in
            try bench.templates.product("hello", "<p>{{request.code}}")
            let first = try await bench.helper()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 1...7 {
                    tasks.addTask { _ = try await bench.run(claimed("hello", code: "\(number)")) }
                }
                try await tasks.waitForAll()
            }
            #expect(try await bench.helper() != first)
            #expect(try await eventually { processes().allSatisfy { $0.id != first } })
        }
    }

    @Test func `the samples become documents`() async throws {
        try await Bench.run(templates: repository + "/templates") { bench in
            for id in ["invoice", "psikotes_v2"] {
                let example = try #require(
                    FileManager.default.contents(atPath: repository + "/templates/\(id)/example.json")
                )
                let job = claimed(id, data: String(decoding: example, as: UTF8.self), code: "USER123")
                let result = try await bench.run(job)
                #expect((result["pages"]?.count ?? 0) >= 2)
                // For those who want to look at them.
                if let folder = ProcessInfo.processInfo.environment["POSTBACK_TEST_KEEP"] {
                    try Data(bench.document(job)).write(to: URL(fileURLWithPath: "\(folder)/\(id).pdf"))
                }
                let bare = try await bench.run(claimed("psikotes_v2", userName: "Ann"))
                #expect(bare["pages"] == .number("2"))
            }
        }
    }

    @Test func `a table of 10,000 rows is made within the limits`() async throws {
        try await Bench.run(limits: RenderLimits(time: .seconds(280))) { bench in
            try bench.templates.product(
                "table",
                "<style>@page{size:A4;margin:10mm}table{table-layout:fixed;width:100%}</style>"
                    + "<table><thead><tr><th>Item<tbody>{{#rows}}<tr><td>{{.}}</td></tr>{{/rows}}</table>"
            )
            let rows = (1...10_000).map { "\"Row \($0)\"" }.joined(separator: ",")
            let result = try await bench.run(claimed("table", data: #"{"rows":[\#(rows)]}"#, timeout: .seconds(300)))
            #expect((result["pages"]?.count ?? 0) > 100)
        }
    }

    private func pdfinfo(_ path: String) throws -> [String: String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/pdfinfo")
        process.arguments = [path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
