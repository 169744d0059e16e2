package import Deliveries
package import JobQueue
package import Logging
import Signing

/// Makes the document of a PDF job: request, product, HTML, PDF, storage, result.
///
/// A job that is run again after a crash finds the document that it left and does not make it again, as long as neither
/// the request nor the product has changed.
package struct PDFJobHandler: JobHandler {
    package let kind = PDFRequest.kind

    private let catalogue: ProductCatalogue
    private let renderer: any Renderer
    private let storage: any DocumentStorage
    private let links: DownloadLinks
    private let limits: RenderLimits
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    /// Makes a handler that renders with WeasyPrint.
    ///
    /// - Parameters:
    ///   - limits: what a document may cost at most. A job's own time, if it is no longer than that, is its queue's to end.
    ///   - now: the wall clock.
    package init(
        catalogue: ProductCatalogue,
        renderer: WeasyPrintRenderer,
        storage: any DocumentStorage,
        links: DownloadLinks,
        limits: RenderLimits = RenderLimits(),
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.init(catalogue, renderer as any Renderer, storage, links, limits, now, logger)
    }

    init(
        _ catalogue: ProductCatalogue,
        _ renderer: any Renderer,
        _ storage: any DocumentStorage,
        _ links: DownloadLinks,
        _ limits: RenderLimits,
        _ now: @escaping @Sendable () -> Timestamp,
        _ logger: Logger
    ) {
        self.catalogue = catalogue
        self.renderer = renderer
        self.storage = storage
        self.links = links
        self.limits = limits
        self.now = now
        self.logger = logger
    }

    package func run(_ job: ClaimedJob, progress: JobProgressReporter) async throws(JobFailure) -> [UInt8] {
        do throws(RenderFailure) {
            return result(of: job, try await document(for: job, progress))
        } catch {
            var failure = JobFailure(error.reason.prefix(utf8: 1_000), isRetriable: error.isRetriable)
            failure.isWorkersOwn = error.code == .unavailable
            throw failure
        }
    }

    package func ready() async { await renderer.waitUntilUsable() }

    private func document(
        for job: ClaimedJob,
        _ progress: JobProgressReporter
    ) async throws(RenderFailure) -> DocumentRecord {
        progress.report(5, stage: "checking")
        let request = try PDFRequest(payload: job.payload)
        let product = try catalogue.load(request.productID)
        let data = try catalogue.check(try Self.object(request.data), product)
        let fingerprint = Hexadecimal.encode(sha256(job.payload + Array(product.version.utf8)))
        if let known = await storage.record(of: job.lease.job), known.fingerprint == fingerprint { return known }

        progress.report(15, stage: "filling")
        let html: [UInt8]
        do {
            html = try product.template.render(Self.context(request, data, now()), limit: RenderLimits.html)
        } catch let failure as RenderFailure {
            throw failure
        } catch {
            throw RenderFailure(.cancelled, "cancelled")
        }

        progress.report(25, stage: "rendering")
        var limits = limits
        // The worker's own limit ends a job for good; when the job's own time is up, its queue stops it and has it tried again. The renderer
        // comes well after that, so that it is not chance which of the two it is.
        if job.timeout <= limits.time { limits.time = job.timeout + .seconds(5) }
        let document = try await renderer.render(
            RenderRequest(
                html: html,
                assets: product.assets,
                title: product.description.title,
                author: product.description.author,
                created: now(),
                identifier: String(fingerprint.prefix(32)),
                limits: limits
            )
        )
        if !document.warnings.isEmpty {
            logger.debug(
                "The renderer passed something over",
                metadata: [
                    LogKey.product: "\(product.id)", LogKey.reason: "\(document.warnings.joined(separator: "; "))",
                ]
            )
        }

        progress.report(90, stage: "storing")
        // Another worker may have been given the job meanwhile, and have announced what it stored.
        if let known = await storage.record(of: job.lease.job), known.fingerprint == fingerprint { return known }
        let record = DocumentRecord(
            fingerprint: fingerprint,
            filename: request.filename,
            sha256: Hexadecimal.encode(sha256(document.pdf)),
            size: document.pdf.count,
            pages: document.pages,
            renderMilliseconds: document.milliseconds
        )
        do {
            try await storage.store(document.pdf, record, of: job.lease.job)
        } catch {
            throw RenderFailure(.storage, "the document cannot be stored: \(error.reason)")
        }
        return record
    }

    /// The result as jobs and callbacks show it.
    private func result(of job: ClaimedJob, _ record: DocumentRecord) -> [UInt8] {
        JSONValue.object([
            .init(name: "download_url", value: .string(links.url(of: job.lease.job, now: now().seconds))),
            .init(name: "pdf_filename", value: .string(record.filename)),
            .init(name: "pdf_file_size", value: .number("\(record.size)")),
            .init(name: "pages", value: .number("\(record.pages)")),
            .init(name: "sha256", value: .string(record.sha256)),
            .init(name: "render_ms", value: .number("\(record.renderMilliseconds)")),
        ]).bytes
    }

    /// What the template sees: the members of `data`, and `request`.
    private static func context(_ request: PDFRequest, _ data: JSONValue, _ now: Timestamp) -> JSONValue {
        guard case .object(var members) = data else { return data }
        var about: [JSONValue.Member] = [
            .init(name: "code", value: .string(request.code)),
            .init(name: "product_id", value: .string(request.productID)),
            .init(name: "date", value: .string(String(now.rfc3339.prefix(10)))),
        ]
        if let name = request.userName { about.append(.init(name: "user_name", value: .string(name))) }
        if let address = request.userEmail { about.append(.init(name: "user_email", value: .string(address))) }
        members.append(.init(name: "request", value: .object(about)))
        return .object(members)
    }

    private static func object(_ bytes: [UInt8]) throws(RenderFailure) -> JSONObjectBytes {
        do {
            return try JSONObjectBytes(bytes)
        } catch {
            throw RenderFailure(.input, "data \(error.reason)")
        }
    }
}

extension String {
    /// At most so many bytes, cut between characters.
    fileprivate func prefix(utf8 limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var size = 0
        return String(
            prefix { character in
                size += character.utf8.count
                return size <= limit - 3
            }
        ) + "…"
    }
}
