import API
import Deliveries
import Foundation
import JobQueue
import Ledger
import Signing

@testable import API

extension Sample {
    /// What signs the links to documents.
    static let link = DownloadLink(secret: Array("sixteen bytes!!!".utf8))

    /// A job of this state, created `number` seconds before ``now`` counted down from a hundred.
    static func job(_ number: Int, status: JobStatus = .queued, tenant: String? = nil) -> JobView {
        let created = now.advanced(byMilliseconds: Int64(number - 100) * 1000)
        var record = JobRecord(
            JobSubmission(
                payload: Array("{}".utf8),
                tenant: tenant,
                productID: "psikotes_v2",
                code: "USER\(number)",
                callbackURL: "https://n8n.example.com/webhook/pdf-complete?token=SECRET",
                createdAt: created
            )
        )
        record.status = status
        switch status {
        case .scheduled, .queued: break
        case .processing:
            record.startedAt = created.advanced(byMilliseconds: 500)
            record.progress = JobProgress(percent: 40, stage: "rendering")
        case .completed:
            record.result = Array(#"{"pdf_filename":"a.pdf","pages":1.0}"#.utf8)
            record.progress = JobProgress(percent: 100, stage: "stored")
        case .failed: record.error = "template psikotes_v2: no template.html"
        case .cancelled: record.cancelledBy = "ops"
        }
        if status.isEnd {
            record.completedAt = created.advanced(byMilliseconds: 2000)
            record.eventID = "\(record.id):1"
        }
        record.updatedAt = record.completedAt ?? record.startedAt ?? created
        return JobView(
            record: record,
            position: status == .queued ? number : nil,
            estimatedCompletion: status.isEnd ? nil : now.advanced(byMilliseconds: 5000)
        )
    }
}
