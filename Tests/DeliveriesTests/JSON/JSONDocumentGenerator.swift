import Deliveries

/// Writes random JSON objects, and spoils them, the same ones for the same seed.
struct JSONDocumentGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// A valid object of a few dozen bytes, written in ways that a usual encoder would not choose.
    mutating func object() -> [UInt8] {
        Array((space() + object(depth: 0) + space()).utf8)
    }

    /// The same bytes with a few of them changed, so that many results are still nearly valid.
    mutating func mutation(of bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes.remove(at: index)
            case 1: bytes.insert(spoiler(), at: index)
            case 2: bytes[index] = spoiler()
            case 3: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 4: bytes.removeSubrange(index...)
            default: bytes.swapAt(index, Int.random(in: bytes.indices, using: &random))
            }
        }
        return bytes
    }

    private mutating func object(depth: Int) -> String {
        let members = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            string() + space() + ":" + space() + value(depth: depth + 1)
        }
        return "{" + space() + members.joined(separator: space() + "," + space()) + space() + "}"
    }

    private mutating func array(depth: Int) -> String {
        let values = (0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth: depth + 1) }
        return "[" + space() + values.joined(separator: space() + "," + space()) + space() + "]"
    }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth < 5 ? 8 : 5), using: &random) {
        case 0: string()
        case 1, 2: number()
        case 3: "true"
        case 4: ["false", "null"].randomElement(using: &random) ?? "null"
        case 5, 6: object(depth: depth)
        default: array(depth: depth)
        }
    }

    private mutating func number() -> String {
        let sign = Bool.random(using: &random) ? "-" : ""
        let whole = ["0", "7", "10", "2048576", "9007199254740993"].randomElement(using: &random) ?? "0"
        let fraction = ["", "", ".0", ".50", ".125"].randomElement(using: &random) ?? ""
        let exponent = ["", "", "", "e1", "E+2", "e-3", "e00"].randomElement(using: &random) ?? ""
        return sign + whole + fraction + exponent
    }

    private mutating func string() -> String {
        let parts = [
            "a", "name", "event_id", "type", #"event\u005fid"#, #"\u0074ype"#, #"\n"#, #"\""#, #"\\"#, #"\/"#, " ", "é",
            "€", "😀", #"\uD83D\uDE00"#, #"\u00e9"#, "\u{7F}", "{", "}", "[", ",", ":",
        ]
        return "\""
            + (0..<Int.random(in: 0...3, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }
            .joined()
            + "\""
    }

    private mutating func space() -> String {
        ["", "", "", " ", "\n", "\t", "\r\n  "].randomElement(using: &random) ?? ""
    }

    private mutating func spoiler() -> UInt8 {
        let usual =
            Array(#"{}[]:,"\u0e-.+tfn1 "#.utf8) + [0x00, 0x09, 0x0B, 0x1F, 0x7F, 0x80, 0xC0, 0xE2, 0xED, 0xF4, 0xFF]
        return usual.randomElement(using: &random) ?? 0
    }
}
