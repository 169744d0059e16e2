extension Timestamp {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Reads an HTTP date in any of the three forms that RFC 9110 section 5.6.7 asks recipients to take.
    ///
    /// The name of the weekday is not checked. A two-digit year is taken as 1970 to 2069.
    package init?(httpDate text: String) {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "-" }).map(String.init)
        let (day, month, year, clock): (String, String, String, String)
        switch words.count {
        case 6 where words[5] == "GMT":
            // Sun, 06 Nov 1994 08:49:37 GMT, or Sunday, 06-Nov-94 08:49:37 GMT.
            (day, month, year, clock) = (words[1], words[2], words[3], words[4])
        case 5:
            // Sun Nov  6 08:49:37 1994
            (day, month, year, clock) = (words[2], words[1], words[4], words[3])
        default:
            return nil
        }
        // `Int` takes a sign, HTTP does not.
        guard !text.utf8.contains(UInt8(ascii: "+")), let monthNumber = Self.months.firstIndex(of: month),
            let dayNumber = Int(day), (1...31).contains(dayNumber), var yearNumber = Int(year),
            (0...9999).contains(yearNumber)
        else { return nil }
        if year.utf8.count == 2 { yearNumber += yearNumber < 70 ? 2000 : 1900 }
        let pad = { (number: Int, width: Int) in
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        // The rest is what RFC 3339 checks too: that the date exists and the time is one.
        self.init(rfc3339: "\(pad(yearNumber, 4))-\(pad(monthNumber + 1, 2))-\(pad(dayNumber, 2))T\(clock)Z")
    }
}
