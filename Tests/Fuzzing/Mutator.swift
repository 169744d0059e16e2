internal import Deliveries

/// Makes new inputs out of seeds: flips bits, deletes, repeats and moves pieces, joins two seeds, sets in what means something.
struct Mutator {
    /// Inputs are cut to this.
    static let longest = 64 << 10

    /// Bytes and texts at which parsers change their mind.
    private static let interestingBytes: [UInt8] = [
        0x00, 0x01, 0x09, 0x0A, 0x0D, 0x1E, 0x1F, 0x20, 0x22, 0x25, 0x2C, 0x2D, 0x2E, 0x2F, 0x30, 0x3A, 0x40, 0x5B,
        0x5C,
        0x5D, 0x7B, 0x7D, 0x7F, 0x80, 0xBF, 0xC0, 0xC3, 0xED, 0xEF, 0xF4, 0xFF,
    ]
    private static let interestingTexts = [
        "0", "-1", "00", "+1", "1e999", "255", "256", "65535", "65536", "2147483647", "4294967296",
        "9223372036854775807", "9223372036854775808", "18446744073709551616", "99999999999999999999999", "\r\n",
        "\u{0}", "é", "\u{1F600}", "\u{FEFF}", "\u{2028}", "e\u{301}",
    ].map { Array($0.utf8) }

    let seeds: [[UInt8]]
    let tokens: [[UInt8]]

    /// One new input.
    func input(using generator: inout SeededGenerator) -> [UInt8] {
        guard var input = seeds.randomElement(using: &generator) else { return [] }
        // Mostly few changes: an input that is wrong in many places is refused for the first of them.
        let changes = 1 << Int.random(in: 0...3, using: &generator)
        for _ in 0..<Int.random(in: 1...changes, using: &generator) {
            change(&input, using: &generator)
        }
        return input.count > Self.longest ? Array(input[..<Self.longest]) : input
    }

    private func change(_ input: inout [UInt8], using generator: inout SeededGenerator) {
        let place = Int.random(in: 0...input.count, using: &generator)
        switch Int.random(in: 0..<12, using: &generator) {
        case 0 where place < input.count:
            input[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1 where place < input.count:
            input[place] = UInt8.random(in: 0...255, using: &generator)
        case 2 where place < input.count:
            input[place] = Self.interestingBytes.randomElement(using: &generator) ?? 0
        case 3:
            input.insert(Self.interestingBytes.randomElement(using: &generator) ?? 0, at: place)
        case 4:
            input.removeSubrange(piece(of: input, from: place, using: &generator))
        case 5:
            input.insert(contentsOf: input[piece(of: input, from: place, using: &generator)], at: place)
        case 6:
            let moved = piece(of: input, from: place, using: &generator)
            let bytes = Array(input[moved])
            input.removeSubrange(moved)
            input.insert(contentsOf: bytes, at: Int.random(in: 0...input.count, using: &generator))
        case 7:
            guard let other = seeds.randomElement(using: &generator) else { return }
            let start = Int.random(in: 0...other.count, using: &generator)
            input.replaceSubrange(place..., with: other[start...])
        case 8:
            input.insert(contentsOf: Self.interestingTexts.randomElement(using: &generator) ?? [], at: place)
        case 9:
            replaceNumber(in: &input, from: place, using: &generator)
        default:
            let token = tokens.randomElement(using: &generator) ?? []
            let replaced = Bool.random(using: &generator) ? min(token.count, input.count - place) : 0
            input.replaceSubrange(place..<place + replaced, with: token)
        }
    }

    /// Some bytes from `place` on: usually few.
    private func piece(of input: [UInt8], from place: Int, using generator: inout SeededGenerator) -> Range<Int> {
        let longest = 1 << Int.random(in: 0...8, using: &generator)
        return place..<min(input.count, place + Int.random(in: 1...longest, using: &generator))
    }

    /// Puts another number in the place of the next one.
    private func replaceNumber(in input: inout [UInt8], from place: Int, using generator: inout SeededGenerator) {
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        guard let start = input[place...].firstIndex(where: isDigit) else { return }
        let end = input[start...].firstIndex { !isDigit($0) } ?? input.endIndex
        input.replaceSubrange(start..<end, with: Self.interestingTexts.randomElement(using: &generator) ?? [])
    }
}
