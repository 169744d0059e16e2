extension WorkerSettings {
    init(_ section: LayeredSection) {
        self.init()
        if let names = section.texts("queues", limit: 64) {
            queues = names.filter { Self.isQueueName($0, section.context) }.map(\.text)
            if names.isEmpty {
                section.context.report(Place(path: "worker.queues", line: nil), "must name at least one queue")
            }
        }
        concurrency = section.integer("concurrency", in: 1...64) ?? concurrency
        name = section.line("name", limit: 64)
        grace = section.duration("grace", in: .zero ... .minutes(10)) ?? grace
        python = section.line("python", limit: 4096)
        time = section.duration("time", in: .seconds(1) ... .minutes(60)) ?? time
        memory = section.integer("memory", in: 256...65_536) ?? memory
        pages = section.integer("pages", in: 1...100_000) ?? pages
    }

    private static func isQueueName(_ setting: SettingText, _ context: LoadContext) -> Bool {
        let bytes = setting.text.utf8
        let isName =
            (1...64).contains(bytes.count)
            && bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "_-".utf8.contains($0) }
            && !setting.text.hasPrefix("_") && !setting.text.hasPrefix("-")
        if !isName {
            context.report(setting.place, "must be 1 to 64 of a-z 0-9 _ -, beginning with a letter or digit")
        }
        return isName
    }
}

extension TemplateSettings {
    init(_ section: LayeredSection) {
        self.init()
        path = section.line("path", limit: 4096) ?? path
    }
}

extension StorageSettings {
    init(_ section: LayeredSection) {
        self.init()
        path = section.line("path", limit: 4096)
        linkLife = section.duration("link_life", in: .minutes(1) ... .days(365)) ?? linkLife
    }
}
