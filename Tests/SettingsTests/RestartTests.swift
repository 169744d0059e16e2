import Testing

@testable import Settings

@Suite("What a reload cannot take")
struct RestartTests {
    private func sections(_ old: String, _ new: String) throws -> [String] {
        try Fixture.load(old).sectionsThatNeedARestart(for: try Fixture.load(new))
    }

    @Test("is named by its section, and nothing else is")
    func names() throws {
        let old = "jobs: { retries: 3 }\napi: { limits: { submit: 10/m } }\n"
        #expect(try sections(old, old).isEmpty)
        #expect(try sections(old, "jobs: { retries: 4 }\napi: { limits: { submit: 11/m } }\n") == ["api", "jobs"])
        #expect(try sections(old, old + "sender: { max_in_flight: 100 }\n") == ["sender.max_in_flight"])
        #expect(try sections(old, old + "sender: { proxy: 'http://127.0.0.1:3128' }\n").isEmpty)
        let key = "api: { keys: [{ name: a, key: pbk_0123456789abcdef0123456789abcdef, role: ops }] }\n"
        #expect(try sections("jobs: { retries: 3 }\n", "jobs: { retries: 3 }\n" + key) == ["api.keys"])
    }
}
