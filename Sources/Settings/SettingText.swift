/// The text of one setting, and where it stands. The readers report what is wrong and answer `nil`.
struct SettingText {
    let text: String
    let place: Place

    /// A whole number in decimal digits.
    func integer(in range: ClosedRange<Int>, _ context: LoadContext) -> Int? {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text), range.contains(number)
        else {
            context.report(place, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// `true` or `false`.
    func flag(_ context: LoadContext) -> Bool? {
        guard let flag = Bool(text) else {
            context.report(place, "must be true or false")
            return nil
        }
        return flag
    }

    /// A duration such as `5s`.
    func duration(in range: ClosedRange<Duration>, _ context: LoadContext) -> Duration? {
        guard let duration = Duration(setting: text) else {
            context.report(place, "must be a whole number and a unit: 500ms, 5s, 2m, 8h, 7d")
            return nil
        }
        guard range.contains(duration) else {
            let bounds = "from \(range.lowerBound.settingText) to \(range.upperBound.settingText)"
            context.report(place, "must be \(bounds)")
            return nil
        }
        return duration
    }

    /// One of the values of an enumeration.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ context: LoadContext) -> Choice? {
        guard let choice = Choice(rawValue: text) else {
            context.report(place, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        return choice
    }

    /// Text of 1 to `limit` bytes without control characters.
    func line(limit: Int, _ context: LoadContext) -> String? {
        guard !text.isEmpty else {
            context.report(place, "is empty")
            return nil
        }
        guard text.utf8.count <= limit else {
            context.report(place, "is longer than \(limit) bytes")
            return nil
        }
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            context.report(place, "contains a control character")
            return nil
        }
        return text
    }

    /// A name: 1 to 64 of `A-Z a-z 0-9 _ - .`
    func name(_ context: LoadContext) -> String? {
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(Self.mayStandInName) else {
            context.report(place, "must be 1 to 64 characters of A-Z a-z 0-9 _ - .")
            return nil
        }
        return text
    }

    private static func mayStandInName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default:
            false
        }
    }
}
