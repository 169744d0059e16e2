import Testing

@testable import Settings

@Suite struct DurationTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("5s", .seconds(5)), ("2m", .seconds(120)), ("8h", .seconds(28_800)),
        ("7d", .seconds(604_800)),
        ("0s", .zero), ("999999999d", .seconds(86_399_999_913_600)),
    ])
    func `a number and a unit are a duration`(text: String, duration: Duration) {
        #expect(Duration(setting: text) == duration)
    }

    @Test(arguments: [
        "", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "0.5s", "5S", "5sec", "1h30m", "1w", "٥s", "5e3s",
        "1234567890s", "5s\n",
    ])
    func `anything else is none`(text: String) {
        #expect(Duration(setting: text) == nil)
    }

    @Test(arguments: ["500ms", "5s", "90s", "2m", "8h", "7d", "1500ms", "0s"])
    func `a duration is shown as it would be configured`(text: String) {
        #expect(Duration(setting: text)?.settingText == text)
    }

    @Test(arguments: [
        ("rotues", "routes"), ("Routes", "routes"), ("productId", "product_id"), ("product-id", "product_id"),
        ("secert", "secret"),
        ("conect_timout", "connect_timeout"), ("ur", "url"),
    ])
    func `a misspelt key is recognised`(text: String, meant: String) {
        let words = ["routes", "product_id", "secret", "connect_timeout", "url", "timeout"]
        #expect(Spelling.closest(to: text, among: words) == meant)
    }

    @Test(arguments: ["colour", "x", "", "sss", String(repeating: "a", count: 1000)])
    func `what is far from every key is not guessed at`(text: String) {
        #expect(Spelling.closest(to: text, among: ["routes", "url", "rate"]) == nil)
    }
}
