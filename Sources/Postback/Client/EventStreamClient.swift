import Foundation
import FoundationNetworking

/// Reads a stream of Server-Sent Events (HTML, section 9.2) piece by piece: Foundation's async functions wait for the end.
final class EventStreamClient: NSObject, URLSessionDataDelegate {
    private let continuation: AsyncThrowingStream<Data, any Error>.Continuation
    private let pieces: AsyncThrowingStream<Data, any Error>

    private override init() {
        (pieces, continuation) = AsyncThrowingStream.makeStream()
    }

    /// Calls `event` with the data of each event, until it says that it has seen enough or the stream ends.
    ///
    /// - Throws: what ended it before its end; ``CommandFailure`` for an answer that is no stream.
    static func read(_ request: URLRequest, _ event: (Data) throws -> Bool) async throws {
        let client = EventStreamClient()
        let session = URLSession(configuration: .ephemeral, delegate: client, delegateQueue: nil)
        defer { session.invalidateAndCancel() }
        session.dataTask(with: request).resume()
        var parser = ServerSentEvents()
        for try await piece in client.pieces {
            for data in parser.add(piece) {
                guard try event(data) else { return }
            }
        }
    }

    func urlSession(
        _ session: URLSession,
        dataTask: URLSessionDataTask,
        didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        if status != 200 { continuation.finish(throwing: CommandFailure(.failed, "HTTP \(status)")) }
        completionHandler(status == 200 ? .allow : .cancel)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        continuation.yield(data)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        continuation.finish(throwing: error)
    }
}
