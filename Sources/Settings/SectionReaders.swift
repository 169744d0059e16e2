import Deliveries

extension EventSettings {
    init(_ section: LayeredSection) {
        self.init()
        stream = section.line("stream", limit: 512) ?? stream
        group = section.line("group", limit: 512) ?? group
        batch = section.integer("batch", in: 1...500) ?? batch
        claimIdle = section.duration("claim_idle", in: .seconds(1) ... .days(1)) ?? claimIdle
    }
}

extension APISettings {
    init(_ section: LayeredSection) {
        self.init()
        publicURL = section.text("public_url").flatMap { Self.publicURL($0, section.context) }
        limits = RateLimitSettings(section)
        linkSecret = section.text("link_secret").flatMap { Self.linkSecret($0, section.context) }
    }

    /// A URL that paths are put behind.
    private static func publicURL(_ setting: SettingText, _ context: LoadContext) -> String? {
        do {
            let url = try DestinationURL(setting.text)
            guard !setting.text.contains("?"), !setting.text.contains("#") else {
                context.report(setting.place, "must have no query and no fragment")
                return nil
            }
            return url.text.hasSuffix("/") ? String(url.text.dropLast()) : url.text
        } catch {
            context.report(setting.place, "\(error)")
            return nil
        }
    }

    private static func linkSecret(_ setting: SettingText, _ context: LoadContext) -> String? {
        guard let secret = setting.secret(context) else { return nil }
        guard (32...512).contains(secret.value.utf8.count), secret.value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            context.report(setting.place, "must have 32 to 512 characters without spaces\(secret.origin)")
            return nil
        }
        if secret.isLiteral, setting.place.isInFile {
            context.clearText.append(ClearTextSetting(path: setting.place.path, kind: .secret))
        }
        return secret.value
    }
}

extension JobSettings {
    init(_ section: LayeredSection) {
        self.init()
        capacity = section.integer("capacity", in: 1...1_000_000) ?? capacity
        order = section.choice("order") ?? order
        lease = section.duration("lease", in: .seconds(15) ... .minutes(10)) ?? lease
        retries = section.integer("retries", in: 0...25) ?? retries
        retryPauses = Self.pauses(section) ?? retryPauses
        timeout = section.duration("timeout", in: .seconds(1) ... .minutes(60)) ?? timeout
        keepCompleted = section.duration("keep_completed", in: .minutes(1) ... .days(365)) ?? keepCompleted
        keepFailed = section.duration("keep_failed", in: .minutes(1) ... .days(365)) ?? keepFailed
        spool = section.integer("spool", in: 0...100_000) ?? spool
        for (name, value) in section.fields("queues", limit: 100) ?? [] {
            guard Self.isQueueName(name) else {
                section.context.report(
                    value.place,
                    "the name of a queue is 1 to 64 of a-z 0-9 _ - and begins with a letter or digit"
                )
                continue
            }
            queues[name] = value.integer(in: 1...1000, section.context)
        }
    }

    private static func pauses(_ section: LayeredSection) -> [Duration]? {
        guard let texts = section.texts("retry_pauses", limit: 25) else { return nil }
        guard !texts.isEmpty else {
            section.context.report(
                section.place(of: "retry_pauses"),
                "needs one pause at least; jobs.retries: 0 makes no second try"
            )
            return nil
        }
        return texts.compactMap { $0.duration(in: .seconds(1) ... .days(1), section.context) }
    }

    private static func isQueueName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.enumerated().allSatisfy { index, byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
                    || index > 0 && (byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-"))
            }
    }
}

extension RelaySettings {
    init(_ section: LayeredSection) {
        self.init()
        grace = section.duration("grace", in: .zero ... .minutes(10)) ?? grace
    }
}

extension RetentionSettings {
    init(_ section: LayeredSection) {
        self.init()
        let range: ClosedRange<Duration> = .minutes(60) ... .days(3650)
        delivered = section.duration("delivered", in: range) ?? delivered
        dead = section.duration("dead", in: range) ?? dead
        attempts = section.duration("attempts", in: range) ?? attempts
        quarantine = section.duration("quarantine", in: range) ?? quarantine
        jobs = section.duration("jobs", in: range) ?? jobs
        documents = section.duration("documents", in: range) ?? documents
    }

    /// What would contradict itself. What was configured is to blame, be it the one or the other.
    func check(_ storage: StorageSettings, _ section: LayeredSection, _ storageSection: LayeredSection) {
        checkJobs(section)
        // A link must not outlive what it leads to.
        guard documents < storage.linkLife else { return }
        if let setting = section.text("documents") {
            let life = storage.linkLife.settingText
            section.context.report(setting.place, "must not be shorter than storage.link_life (\(life))")
        } else if let setting = storageSection.text("link_life") {
            let life = documents.settingText
            section.context.report(setting.place, "must not be longer than retention.documents (\(life))")
        }
    }
}

extension RetentionSettings {
    /// A job that is submitted again under its idempotency key has the ids of the events of the one before. While those are remembered the job
    /// has to be, or its callback would be taken for another's.
    private func checkJobs(_ section: LayeredSection) {
        let longest = max(delivered, dead)
        guard jobs < longest else { return }
        let name = delivered > dead ? "delivered" : "dead"
        if let setting = section.text("jobs") {
            section.context.report(
                setting.place,
                "must not be shorter than retention.\(name) (\(longest.settingText))"
            )
        } else if let setting = section.text(name) {
            section.context.report(setting.place, "must not be longer than retention.jobs (\(jobs.settingText))")
        }
    }
}

extension LogSettings {
    init(_ section: LayeredSection) {
        self.init()
        level = section.choice("level") ?? level
        format = section.choice("format") ?? format
    }
}

extension ServerSettings {
    init(_ section: LayeredSection) {
        self.init()
        host = section.line("host", limit: 253) ?? host
        port = section.integer("port", in: 0...65_535) ?? port
    }
}

extension DatabaseSettings {
    init(_ section: LayeredSection) {
        guard let setting = section.text("url"), let url = setting.secret(section.context)?.value else { return }
        if ["postgres:", "postgresql:"].contains(where: { url.lowercased().hasPrefix($0) }) {
            section.context.report(
                setting.place,
                "this version keeps its ledger in SQLite only: sqlite:PATH, or leave it out"
            )
            return
        }
        // `sqlite:///var/lib/x` is the same as `sqlite:/var/lib/x`; with two slashes the first part would be a host.
        let path = url.dropFirst("sqlite:".count)
        let isHost = path.hasPrefix("//") && !path.hasPrefix("///")
        let hasControl = path.utf8.contains { $0 < 0x20 || $0 == 0x7F }
        guard url.hasPrefix("sqlite:"), !path.isEmpty, !isHost, !hasControl else {
            section.context.report(setting.place, "must be sqlite:PATH")
            return
        }
        self.path = String(path.hasPrefix("///") ? path.dropFirst(2) : path)
    }
}

extension RedisSettings {
    init(_ section: LayeredSection) {
        self.init()
        url = section.url("url", schemes: ["redis", "rediss", "unix", "redis+unix"])
        caFile = section.readableFile("ca_file")
        clientCertificateFile = section.readableFile("client_certificate")
        clientKeyFile = section.readableFile("client_key")
        serverName = section.line("server_name", limit: 253)
        let (certificate, key) = (section.text("client_certificate"), section.text("client_key"))
        if let one = certificate ?? key, certificate == nil || key == nil {
            section.context.report(one.place, "redis.client_certificate and redis.client_key go together")
        }
    }
}

extension SenderSettings {
    init(_ section: LayeredSection) {
        self.init()
        proxy = section.url("proxy", schemes: ["http", "https", "socks5", "socks5h"])
        noProxy = (section.texts("no_proxy", limit: 200) ?? []).compactMap { $0.line(limit: 253, section.context) }
        caFile = section.readableFile("ca_file")
        clientCertificateFile = section.readableFile("client_certificate")
        clientKeyFile = section.readableFile("client_key")
        maxInFlight = section.integer("max_in_flight", in: 1...10_000) ?? maxInFlight
        if let key = section.text("client_key"), section.text("client_certificate") == nil {
            section.context.report(key.place, "needs sender.client_certificate")
        }
    }
}

extension LayeredSection {
    /// A URL of one of the schemes, which may hold a password. The rest of it is the business of who uses it.
    fileprivate func url(_ key: String, schemes: [String]) -> String? {
        guard let setting = text(key), let url = setting.secret(context) else { return nil }
        let isPlain = url.value.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isPlain, schemes.contains(where: { url.value.lowercased().hasPrefix("\($0)://") }) else {
            let known = schemes.map { "\($0)://" }.joined(separator: ", ")
            context.report(setting.place, "must begin with one of \(known) and have no spaces\(url.origin)")
            return nil
        }
        if url.isLiteral, setting.place.isInFile, url.value.contains("@") {
            context.clearText.append(ClearTextSetting(path: setting.place.path, kind: .password))
        }
        return url.value
    }
}
