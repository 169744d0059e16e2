import HTTPTypes
import Hummingbird
import JobQueue
import NIOCore

/// Server-Sent Events of one job: how it stands, each change, and the end.
struct JobEventRoutes {
    let dependencies: APIDependencies
    let watch: JobWatch

    var endpoints: [Endpoint] {
        [.keyed(.get, "/api/jobs/{id}/events", .role(.submit), respond: follow)]
    }

    private func follow(_ call: Call, _ key: APIKey) async throws -> Response {
        let view = try await dependencies.job(of: call, for: key)
        let id = view.record.id
        // A browser connects again when a stream ends; 204 tells it not to (HTML, section 9.2).
        if view.record.status.isEnd, call.request.headers[field: .lastEventID] == ServerSentEvent.id(of: view) {
            return Response(status: .noContent)
        }
        var headers: HTTPFields = [.contentType: "text/event-stream; charset=utf-8"]
        headers[field: .accelBuffering] = "no"
        guard call.request.method != .head else { return Response(status: .ok, headers: headers) }
        guard let subscription = watch.subscribe(to: id, by: key.name) else {
            throw Problem.unavailable("too many clients wait for jobs; ask for the status instead", retryAfter: 5)
        }
        call.context.channel.onHangUp { [weak subscription] in subscription?.stop() }
        let jobs = dependencies.jobs
        let rules = dependencies.jobRules
        let body = ResponseBody { writer in
            var told: JobNews?
            try await subscription.follow(for: rules.streamLife, every: rules.keepAlive) { wake in
                // A job that cannot be looked at now is looked at again with the next wake-up.
                let view = try? await jobs.jobs([id]).first ?? nil
                guard let view, view.news != told else {
                    if wake == .silence { try await writer.write(ServerSentEvent.keepAlive) }
                    return true
                }
                told = view.news
                try await writer.write(ServerSentEvent.bytes(of: view))
                return !view.record.status.isEnd
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }
}
