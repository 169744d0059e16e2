internal import RedisClient

/// The queue's scripts, each in a file of its own behind the common prelude.
///
/// A script that ends jobs or gives them back may use memory beyond the server's limit: a queue that could not end its jobs
/// would never get below it. Only what brings new work is refused when the server is full, and before it has done anything.
enum JobScripts {
    static let submit = script("", [.record, .waiting], PackageResources.submit_lua)
    static let retry = script("", [.record, .waiting], PackageResources.retry_lua)

    static let claim = script("allow-oom", [.record, .waiting], PackageResources.claim_lua)
    static let beat = script("allow-oom", [.record, .lease], PackageResources.beat_lua)
    static let progress = script("allow-oom", [.record, .lease], PackageResources.progress_lua)
    static let complete = script("allow-oom", [.record, .ending, .lease], PackageResources.complete_lua)
    static let fail = script("allow-oom", [.record, .waiting, .ending, .lease], PackageResources.fail_lua)
    static let cancelled = script("allow-oom", [.record, .ending, .lease], PackageResources.cancelled_lua)
    static let release = script("allow-oom", [.record, .waiting, .ending, .lease], PackageResources.release_lua)
    static let leave = script("allow-oom", [.record, .waiting], PackageResources.leave_lua)

    static let cancel = script("allow-oom", [.record, .ending], PackageResources.cancel_lua)
    static let pause = script("allow-oom", [.record, .waiting], PackageResources.pause_lua)
    static let clean = script("allow-oom", [.record, .ending], PackageResources.clean_lua)
    static let promote = script("allow-oom", [.record, .waiting], PackageResources.promote_lua)
    static let recover = script("allow-oom", [.record, .waiting, .ending], PackageResources.recover_lua)
    static let sweep = script("allow-oom", [.record, .waiting, .ending], PackageResources.sweep_lua)

    static let position = script("no-writes", [.record, .waiting], PackageResources.position_lua)
    static let queues = script("no-writes", [.record, .waiting], PackageResources.queues_lua)
    static let workers = script("no-writes", [], PackageResources.workers_lua)

    /// What several scripts need. Redis makes every function of a script each time it runs, so no script gets parts that it does
    /// not need. `waiting` needs `record`, and `ending` too.
    private enum Part {
        case record, waiting, ending, lease

        var source: [UInt8] {
            switch self {
            case .record: PackageResources.record_lua
            case .waiting: PackageResources.waiting_lua
            case .ending: PackageResources.ending_lua
            case .lease: PackageResources.lease_lua
            }
        }
    }

    private static func script(_ flags: String, _ parts: [Part], _ body: [UInt8]) -> RedisScript {
        let names = { (fields: [String]) in fields.map { "'\($0)'" }.joined(separator: ", ") }
        let head = """
            #!lua\(flags.isEmpty ? "" : " flags=\(flags)")
            local FIELDS = { \(names(JobRecord.fields + JobRecord.internalFields)) }
            local RECORD = { \(names(JobRecord.fields)) }

            """
        let sources = [PackageResources.prelude_lua] + parts.map(\.source) + [body]
        return RedisScript(head + sources.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n"))
    }
}
