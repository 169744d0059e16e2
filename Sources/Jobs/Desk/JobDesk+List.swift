import Deliveries
package import JobQueue
import Ledger

extension JobDesk {
    /// A page of jobs, the newest first: those of Redis, of the spool and of the record, each once.
    ///
    /// - Parameters:
    ///   - limit: 1 to 200.
    ///   - cursor: `next` of the page before.
    /// - Throws: `badCursor`; `unavailable` while Redis is away.
    package func list(
        _ query: JobQuery,
        limit: Int,
        cursor: String?
    ) async throws(JobsError) -> (jobs: [JobStanding], next: String?) {
        var after: JobListPosition?
        if let cursor {
            guard let position = JobListPosition(cursor: cursor) else { throw .badCursor }
            after = position
        }
        let limit = min(max(limit, 1), 200)
        let (live, liveEnd) = try await live(query, limit: limit, after: after)
        let (old, oldEnd) = try await archived(query, limit: limit, after: after)
        let waiting = try await waiting(query, after: after)

        var found = Dictionary(live.map { ($0.id, $0) }) { first, _ in first }
        for record in waiting + old where found[record.id] == nil { found[record.id] = record }
        let liveIDs = Set(live.map(\.id))
        // Where one of the two stopped reading, more of it may follow: nothing beyond that can be shown yet.
        let horizon = [liveEnd, oldEnd].compactMap { $0 }.max()
        var page = found.values.filter { record in horizon.map { JobListPosition(record) >= $0 } ?? true }
            .sorted { JobListPosition($0) > JobListPosition($1) }
        var next = horizon
        if page.count > limit {
            page.removeLast(page.count - limit)
            next = page.last.map { JobListPosition($0) }
        }
        let standings = await standings(of: page, isLive: page.map { liveIDs.contains($0.id) })
        return (standings.compactMap { $0 }, next?.cursor)
    }

    /// - Returns: jobs of Redis, more than `limit` if there are, and where reading stopped; `nil`: at the end.
    private func live(
        _ query: JobQuery,
        limit: Int,
        after: JobListPosition?
    ) async throws(JobsError) -> ([JobRecord], JobListPosition?) {
        var query = query
        if let after {
            let end = after.createdAt.advanced(byMilliseconds: 1)
            query.until = min(query.until ?? end, end)
        }
        var found: [JobRecord] = []
        var cursor: String?
        repeat {
            let page = try await asking { () throws(JobQueueError) in
                try await queue.list(query, limit: limit + 1, cursor: cursor)
            }
            found += page.jobs.filter { record in after.map { JobListPosition(record) < $0 } ?? true }
            cursor = page.next
        } while cursor != nil && found.count <= limit
        return (found, cursor == nil ? nil : found.last.map { JobListPosition($0) })
    }

    /// - Returns: the same of the record, without jobs that are being run again and no longer match.
    private func archived(
        _ query: JobQuery,
        limit: Int,
        after: JobListPosition?
    ) async throws(JobsError) -> ([JobRecord], JobListPosition?) {
        var search = ArchivedJobQuery(limit: limit)
        search.status = query.status?.rawValue
        search.queue = query.queue?.text
        search.productID = query.productID
        search.code = query.code
        search.tenant = query.tenant
        search.since = query.since
        search.until = query.until
        search.after = after.map { ArchivedJobQuery.Position(createdAt: $0.createdAt, id: $0.id) }
        let page: Page<ArchivedJob>
        do {
            page = try await archive.archivedJobs(search)
        } catch {
            throw .unavailable(reason: "the ledger cannot be read")
        }
        let records = page.items.compactMap(\.record)
        let live = try await asking { () throws(JobQueueError) in try await queue.jobs(records.map(\.id)) }
        let current = zip(records, live).map { $1 ?? $0 }.filter { query.includes($0) }
        return (current, page.hasMore ? page.items.last.map { JobListPosition($0) } : nil)
    }

    private func waiting(_ query: JobQuery, after: JobListPosition?) async throws(JobsError) -> [JobRecord] {
        do {
            return try await spooled().filter { record in
                query.includes(record) && (after.map { JobListPosition(record) < $0 } ?? true)
            }
        } catch {
            throw .unavailable(reason: "the ledger cannot be read")
        }
    }
}
