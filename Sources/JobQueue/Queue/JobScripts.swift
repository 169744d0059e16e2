internal import RedisClient

/// The queue's scripts, each in a file of its own behind the common prelude.
///
/// A script that ends jobs or gives them back may use memory beyond the server's limit: a queue that could not end its jobs
/// would never get below it. Only what brings new work is refused when the server is full, and before it has done anything.
enum JobScripts {
    static let submit = script("", PackageResources.submit_lua)
    static let retry = script("", PackageResources.retry_lua)

    static let claim = script("allow-oom", PackageResources.claim_lua)
    static let beat = script("allow-oom", PackageResources.beat_lua)
    static let progress = script("allow-oom", PackageResources.progress_lua)
    static let complete = script("allow-oom", PackageResources.complete_lua)
    static let fail = script("allow-oom", PackageResources.fail_lua)
    static let cancelled = script("allow-oom", PackageResources.cancelled_lua)
    static let release = script("allow-oom", PackageResources.release_lua)
    static let leave = script("allow-oom", PackageResources.leave_lua)

    static let cancel = script("allow-oom", PackageResources.cancel_lua)
    static let pause = script("allow-oom", PackageResources.pause_lua)
    static let clean = script("allow-oom", PackageResources.clean_lua)
    static let promote = script("allow-oom", PackageResources.promote_lua)
    static let recover = script("allow-oom", PackageResources.recover_lua)
    static let sweep = script("allow-oom", PackageResources.sweep_lua)

    static let position = script("no-writes", PackageResources.position_lua)
    static let queues = script("no-writes", PackageResources.queues_lua)
    static let workers = script("no-writes", PackageResources.workers_lua)

    private static func script(_ flags: String, _ body: [UInt8]) -> RedisScript {
        let names = { (fields: [String]) in fields.map { "'\($0)'" }.joined(separator: ", ") }
        return RedisScript(
            """
            #!lua\(flags.isEmpty ? "" : " flags=\(flags)")
            local FIELDS = { \(names(JobRecord.fields + JobRecord.internalFields)) }
            local RECORD = { \(names(JobRecord.fields)) }
            \(String(decoding: PackageResources.prelude_lua, as: UTF8.self))
            \(String(decoding: body, as: UTF8.self))
            """
        )
    }
}
