import API
import Foundation
import JobQueue
import PDFWorker

/// What can be rendered, and where what was rendered is, for the API.
struct Documents: Sendable {
    let catalogue: ProductCatalogue
    let storage: LocalStorage

    /// The document of a completed job; `nil` when its file is not there (any more), or is not what was announced.
    func document(of job: JobRecord) -> JobDocument? {
        let path = storage.documentPath(of: job.id)
        // Of the entry itself: a link is none of ours.
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard job.status == .completed, attributes?[.type] as? FileAttributeType == .typeRegular else { return nil }
        let result = job.result.flatMap { try? JSONDecoder().decode(Result.self, from: Data($0)) }
        if let size = result?.size, (attributes?[.size] as? NSNumber)?.intValue != size { return nil }
        return JobDocument(
            location: .file(path: path),
            filename: result?.filename ?? "\(job.id).pdf",
            sha256: result?.sha256
        )
    }

    /// What a PDF job's result says of its document.
    private struct Result: Decodable {
        var filename: String?
        var size: Int?
        var sha256: String?

        enum CodingKeys: String, CodingKey {
            case filename = "pdf_filename"
            case size = "pdf_file_size"
            case sha256
        }
    }
}
