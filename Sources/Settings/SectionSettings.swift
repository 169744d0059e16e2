/// `events`: the stream that events are read from.
package struct EventSettings: Hashable, Sendable {
    /// `stream`: the stream's key, 1 to 512 bytes. Default `postback:events`.
    package var stream = "postback:events"
    /// `group`: the consumer group, 1 to 512 bytes. Default `relay`.
    package var group = "relay"
    /// `batch`: entries in one read and one commit, 1 to 500. Default 500.
    package var batch = 500
    /// `claim_idle`: how long an entry must have been left alone before it is taken over, 1s to 1d. Default 60s.
    package var claimIdle: Duration = .seconds(60)
}

/// `api`: what the links and answers of the HTTP API say. The keys are ``Settings/apiKeys``.
package struct APISettings: Hashable, Sendable {
    /// `public_url`: where others reach this API: `http` or `https`, without a query. Default `nil`: the address it listens on.
    package var publicURL: String?
    /// `link_secret`: what signs download links, 32 to 512 characters. Default `nil`: `up` makes one.
    package var linkSecret: String?
    /// `limits`
    package var limits = RateLimitSettings()
}

/// `jobs`: the job queue.
package struct JobSettings: Hashable, Sendable {
    /// How the priorities of a queue share its workers.
    package enum Order: String, CaseIterable, Sendable {
        /// high, normal and low 6 : 3 : 1
        case weighted
        /// always the higher one
        case strict
    }

    /// `capacity`: jobs that wait in a queue, or for their time, at most; 1 to 1000000. Default 1000.
    package var capacity = 1_000
    /// `order`: weighted or strict. Default weighted.
    package var order = Order.weighted
    /// `lease`: a worker without a sign of life for so long loses its jobs; 15s to 10m. Default 30s.
    package var lease: Duration = .seconds(30)
    /// `retries`: tries after the first, of jobs that do not say; 0 to 25. Default 3.
    package var retries = 3
    /// `retry_pauses`: before the first, second … of those tries, the last one before all others; each 1s to 1d. Default 2m, 4m, 8m.
    package var retryPauses: [Duration] = [.minutes(2), .minutes(4), .minutes(8)]
    /// `timeout`: how long a run may take, of jobs that do not say; 1s to 1h. Default 5m.
    package var timeout: Duration = .minutes(5)
    /// `keep_completed`: how long Redis keeps completed jobs, 1m to 365d. Default 1d.
    package var keepCompleted: Duration = .days(1)
    /// `keep_failed`: how long Redis keeps failed and cancelled jobs, which can be retried as long; 1m to 365d. Default 7d.
    package var keepFailed: Duration = .days(7)
    /// `spool`: jobs accepted while Redis is away, at most; 0 to 100000. Default 1000.
    package var spool = 1_000
    /// `queues`: jobs of a queue that run at once, over all workers, by its name; each 1 to 1000. Default: no limit.
    package var queues: [String: Int] = [:]
}

/// `relay`: the delivering role.
package struct RelaySettings: Hashable, Sendable {
    /// `grace`: how long attempts in flight may take to end when the relay stops, 0s to 10m. Default 30s, the longest exchange.
    package var grace: Duration = .seconds(30)
}

/// `retention`: how long ended things are kept, each 1h to 3650d.
package struct RetentionSettings: Hashable, Sendable {
    /// `delivered`: delivered and cancelled deliveries. Default 7d.
    package var delivered: Duration = .days(7)
    /// `dead`: dead deliveries. Default 30d.
    package var dead: Duration = .days(30)
    /// `attempts`: attempts of deliveries that are still pending. Default 30d.
    package var attempts: Duration = .days(30)
    /// `quarantine`: entries that could not be used. Default 30d.
    package var quarantine: Duration = .days(30)
    /// `jobs`: records of jobs that have ended, not shorter than ``delivered`` and ``dead``. Default 90d.
    package var jobs: Duration = .days(90)
    /// `documents`: finished documents in the storage, not shorter than ``StorageSettings/linkLife``. Default 30d.
    package var documents: Duration = .days(30)
}

/// `database`: where the ledger is.
package struct DatabaseSettings: Hashable, Sendable {
    /// `url`, also `DATABASE_URL`: `sqlite:PATH`, this being the path. Default `nil`: a file in the data directory.
    package var path: String?
}

/// `log`: how log lines are written. Command-line options take precedence.
package struct LogSettings: Hashable, Sendable {
    /// What is logged.
    package enum Level: String, CaseIterable, Sendable {
        case trace, debug, info, notice, warning, error, critical
    }

    /// How a line looks.
    package enum Format: String, CaseIterable, Sendable {
        case text, json
    }

    /// `level`: trace, debug, info, notice, warning, error or critical. Default info.
    package var level = Level.info
    /// `format`: text or json. Default text.
    package var format = Format.text
}

/// `server`: where the HTTP API listens. Command-line options take precedence.
package struct ServerSettings: Hashable, Sendable {
    /// `host`, also `POSTBACK_HOST`: a name or address. Default 127.0.0.1.
    package var host = "127.0.0.1"
    /// `port`, also `POSTBACK_PORT`: 0 to 65535, 0 being any that is free. Default 8080.
    package var port = 8080
}
