extension Duration {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Reads a whole number and a unit, `500ms`, `5s`, `2m`, `8h` or `7d`; anything else is `nil`.
    package init?(setting text: String) {
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
        guard (1...9).contains(digits.count), let number = Int64(text.prefix(digits.count)),
            let unit = Self.units.first(where: { $0.name == text.dropFirst(digits.count) })
        else { return nil }
        self = .milliseconds(number * unit.milliseconds)
    }

    /// This duration as it would be configured, in the largest unit that is exact.
    package var settingText: String {
        let (seconds, attoseconds) = components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        for unit in Self.units where milliseconds != 0 && milliseconds.isMultiple(of: unit.milliseconds) {
            return "\(milliseconds / unit.milliseconds)\(unit.name)"
        }
        return "\(milliseconds / 1000)s"
    }

    /// So many days.
    static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
    /// So many minutes.
    static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
}
