import Testing

@testable import Deliveries

@Suite("A timestamp")
struct TimestampTests {
    @Test(
        "reads RFC 3339",
        arguments: [
            ("1970-01-01T00:00:00Z", 0),
            ("2024-01-15T10:05:00Z", 1_705_313_100_000),
            ("2024-01-15t10:05:00z", 1_705_313_100_000),
            ("2024-01-15 10:05:00Z", 1_705_313_100_000),
            ("2024-01-15T10:05:00+00:00", 1_705_313_100_000),
            ("2024-01-15T10:05:00-00:00", 1_705_313_100_000),
            ("2024-01-15T15:35:00+05:30", 1_705_313_100_000),
            ("2024-01-15T02:05:00-08:00", 1_705_313_100_000),
            ("2024-01-16T10:04:00+23:59", 1_705_313_100_000),
            ("2024-01-15T10:05:00.5Z", 1_705_313_100_500),
            ("2024-01-15T10:05:00.05Z", 1_705_313_100_050),
            ("2024-01-15T10:05:00.123Z", 1_705_313_100_123),
            ("2024-01-15T10:05:00.123999999Z", 1_705_313_100_123),
            ("2024-02-29T23:59:59.999Z", 1_709_251_199_999),
            ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("1900-03-01T00:00:00Z", -2_203_891_200_000),
            ("1969-12-31T23:59:59.999Z", -1),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ]
    )
    func reads(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(
        "refuses what is not RFC 3339",
        arguments: [
            "", "Z", "2024", "2024-01-15", "2024-01-15T10:05:00", "2024-01-15T10:05Z", "20240115T100500Z",
            "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2024-04-31T00:00:00Z", "2024-02-30T00:00:00Z",
            "2024-13-01T00:00:00Z", "2024-00-10T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-32T00:00:00Z",
            "2024-01-15T24:00:00Z", "2024-01-15T10:60:00Z", "2024-01-15T10:05:61Z", "2024-01-15T10:05:00.Z",
            "2024-01-15T10:05:00,5Z", "2024-01-15T10:05:00+24:00", "2024-01-15T10:05:00+05:60",
            "2024-01-15T10:05:00+0530", "2024-01-15T10:05:00+05", "2024-01-15T10:05:00Zx", "2024-01-15T10:05:00ZZ",
            " 2024-01-15T10:05:00Z", "2024-01-15T10:05:00Z ", "2024-01-15T10:05:00Z\u{0}", "2024-01-15_10:05:00Z",
            "+2024-01-15T10:05:00Z", "-2024-01-15T10:05:00Z", "2024-1-15T10:05:00Z", "2024-01-15T1:05:00Z",
            "12024-01-15T10:05:00Z", "２０２４-01-15T10:05:00Z", "2024-01-15T10:05:00\u{2212}08:00",
            "2024-01-15T10:05:00." + String(repeating: "1", count: 60) + "Z",
            "2024-01-15T10:05:00Z" + String(repeating: "9", count: 1_000_000),
        ]
    )
    func refuses(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(
        "writes UTC, with a fraction only when it has one",
        arguments: [
            (0, "1970-01-01T00:00:00Z"),
            (1_705_313_100_000, "2024-01-15T10:05:00Z"),
            (1_705_313_100_007, "2024-01-15T10:05:00.007Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ]
    )
    func writes(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
    }

    @Test("writes what RFC 3339 has no year for as the nearest time it has")
    func writesAbsurdTimes() {
        #expect(Timestamp(milliseconds: .min).rfc3339 == "0000-01-01T00:00:00Z")
        #expect(Timestamp(rfc3339: "0000-01-01T00:00:00+00:01")?.rfc3339 == "0000-01-01T00:00:00Z")
        #expect(Timestamp.distantFuture.rfc3339 == "9999-12-31T23:59:59.999Z")
        #expect(Timestamp(rfc3339: "9999-12-31T23:59:59-00:01")?.rfc3339 == "9999-12-31T23:59:59.999Z")
    }

    @Test("reads back what it writes, for any time RFC 3339 can say")
    func roundTrip() {
        var random = SeededGenerator(seed: 3339)
        for _ in 0..<5_000 {
            let time = Timestamp(milliseconds: .random(in: -62_167_219_200_000...253_402_300_799_999, using: &random))
            #expect(Timestamp(rfc3339: time.rfc3339) == time)
        }
    }

    @Test("counts every day of four centuries once")
    func calendar() {
        var days = Timestamp.daysSinceEpoch(year: 1896, month: 1, day: 1)
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        for year in 1896..<2296 {
            let isLeap = year % 4 == 0 && year != 1900 && year != 2100 && year != 2200
            for (month, length) in lengths.enumerated() {
                for day in [1, length + (month == 1 && isLeap ? 1 : 0)] {
                    let expected = days + Int64(day - 1)
                    #expect(Timestamp.daysSinceEpoch(year: year, month: month + 1, day: day) == expected)
                    #expect(Timestamp.civil(daysSinceEpoch: expected) == (year, month + 1, day))
                }
                days += Int64(length + (month == 1 && isLeap ? 1 : 0))
            }
        }
    }

    @Test("rounds down to whole seconds")
    func seconds() {
        #expect(Timestamp(milliseconds: 1_999).seconds == 1)
        #expect(Timestamp(milliseconds: -1).seconds == -1)
        #expect(Timestamp(milliseconds: -1000).seconds == -1)
        #expect(Timestamp(milliseconds: .min).seconds == -9_223_372_036_854_776)
        #expect(Timestamp(seconds: 2).milliseconds == 2000)
    }

    @Test("holds at the ends of its range instead of trapping")
    func saturation() {
        let (first, last) = (Timestamp(milliseconds: .min), Timestamp.distantFuture)
        #expect(last.advanced(byMilliseconds: 1) == last)
        #expect(first.advanced(byMilliseconds: -1) == first)
        #expect(last.milliseconds(since: first) == .max)
        #expect(first.milliseconds(since: last) == .min)
        #expect(first.milliseconds(since: first) == 0)
        #expect(Timestamp(seconds: .max) == last)
        #expect(Timestamp(seconds: .min) == first)
        #expect(Int64.min.multipliedSaturating(by: -1) == .max)
        #expect(Int64.max.multipliedSaturating(by: -2) == .min)
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.milliseconds(1500).wholeMilliseconds == 1500)
    }
}
