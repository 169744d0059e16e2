extension Timestamp {
    /// Reads an RFC 3339 date-time (section 5.6): `2024-01-15T10:05:00Z`, with a fraction or an offset if it has one.
    ///
    /// Stricter than ISO 8601: the offset is required, and the date must exist. A leap second (`:60`) is taken as the
    /// second after `:59`.
    package init?(rfc3339 text: some StringProtocol) {
        var digits = Cursor(bytes: Array(text.utf8))
        guard digits.bytes.count <= 64,
            let year = digits.number(width: 4), digits.take("-"),
            let month = digits.number(width: 2), digits.take("-"),
            let day = digits.number(width: 2), digits.takeAny("Tt "),
            let hour = digits.number(width: 2), digits.take(":"),
            let minute = digits.number(width: 2), digits.take(":"),
            let second = digits.number(width: 2),
            (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, year: year),
            hour <= 23, minute <= 59, second <= 60,
            let fraction = digits.fraction(),
            let offsetMinutes = digits.offsetMinutes(),
            digits.isAtEnd
        else { return nil }
        let seconds =
            Self.daysSinceEpoch(year: year, month: month, day: day) * 86_400
            + Int64(hour * 3600 + minute * 60 + second) - Int64(offsetMinutes) * 60
        self.init(milliseconds: seconds * 1000 + Int64(fraction))
    }

    /// The times that RFC 3339 can say, years 0 to 9999, in milliseconds.
    private static let sayable: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// This time as RFC 3339 in UTC: without a fraction when it falls on a second, else with three digits. A time that has no
    /// four-digit year is written as the nearest one that has.
    package var rfc3339: String {
        let sayable = min(max(milliseconds, Self.sayable.lowerBound), Self.sayable.upperBound)
        let (days, rest) = sayable.quotientAndRemainderFlooring(86_400_000)
        let (year, month, day) = Self.civil(daysSinceEpoch: days)
        let (secondOfDay, fraction) = (rest / 1000, rest % 1000)
        var text = [UInt8]()
        text.reserveCapacity(24)
        text.appendPadded(Int64(year), width: 4)
        text.append(UInt8(ascii: "-"))
        text.appendPadded(Int64(month), width: 2)
        text.append(UInt8(ascii: "-"))
        text.appendPadded(Int64(day), width: 2)
        text.append(UInt8(ascii: "T"))
        text.appendPadded(secondOfDay / 3600, width: 2)
        text.append(UInt8(ascii: ":"))
        text.appendPadded(secondOfDay / 60 % 60, width: 2)
        text.append(UInt8(ascii: ":"))
        text.appendPadded(secondOfDay % 60, width: 2)
        if fraction != 0 {
            text.append(UInt8(ascii: "."))
            text.appendPadded(fraction, width: 3)
        }
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, counted in 400-year eras of 146,097 days.
    static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = Int64(shifted).quotientAndRemainderFlooring(400)
        let monthFromMarch = Int64((month + 9) % 12)
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func civil(daysSinceEpoch days: Int64) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainderFlooring(146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (Int(year), Int(month), Int(day))
    }

    private static func days(inMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private struct Cursor {
        let bytes: [UInt8]
        var index = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { index == bytes.count }
        var next: UInt8? { index < bytes.count ? bytes[index] : nil }

        mutating func number(width: Int) -> Int? {
            guard index + width <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[index..<index + width] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            index += width
            return value
        }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard next == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        mutating func takeAny(_ characters: String) -> Bool {
            guard let next, characters.utf8.contains(next) else { return false }
            index += 1
            return true
        }

        /// Milliseconds of an optional fraction; digits past the third are dropped.
        mutating func fraction() -> Int? {
            guard take(".") else { return 0 }
            var value = 0
            var count = 0
            while let byte = next, byte >= 0x30, byte <= 0x39 {
                if count < 3 { value = value * 10 + Int(byte - 0x30) }
                count += 1
                index += 1
            }
            guard count > 0 else { return nil }
            for _ in count..<max(count, 3) { value *= 10 }
            return value
        }

        mutating func offsetMinutes() -> Int? {
            if takeAny("Zz") { return 0 }
            let negative = next == UInt8(ascii: "-")
            guard takeAny("+-"), let hours = number(width: 2), take(":"), let minutes = number(width: 2),
                hours <= 23, minutes <= 59
            else { return nil }
            return (hours * 60 + minutes) * (negative ? -1 : 1)
        }
    }
}

extension Int64 {
    /// Division that rounds down, so that the remainder is never negative.
    func quotientAndRemainderFlooring(_ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension [UInt8] {
    /// Appends a number that has at most `width` digits.
    fileprivate mutating func appendPadded(_ value: Int64, width: Int) {
        var unit = (1..<width).reduce(Int64(1)) { unit, _ in unit * 10 }
        while unit > 0 {
            append(0x30 + UInt8(value / unit % 10))
            unit /= 10
        }
    }
}
