import Deliveries

/// Luck that hangs on what it is drawn for, and not on what was drawn before it: when something is taken out of a world, the
/// rest of it stays as it was.
struct Dice {
    enum Purpose: UInt64 {
        case plan, generation, ledgerFails, latency, commit, answer, news, turn, admission, fault, refusal
    }

    let seed: UInt64

    /// A generator for one purpose, subject and occasion.
    func cast(_ purpose: Purpose, _ subject: Int64 = 0, _ occasion: Int64 = 0) -> SeededGenerator {
        var mixer = SeededGenerator(seed: seed &+ purpose.rawValue << 56)
        mixer = SeededGenerator(seed: mixer.next() ^ UInt64(bitPattern: subject))
        return SeededGenerator(seed: mixer.next() ^ UInt64(bitPattern: occasion))
    }
}

extension SeededGenerator {
    /// A number of the range. Not quite uniform, which no world notices, and cheap.
    mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// `true` so many times out of a hundred.
    mutating func chance(_ percent: Int) -> Bool { number(0...99) < Int64(percent) }

    /// One of the elements.
    ///
    /// - Precondition: there is one.
    mutating func one<Element>(of elements: [Element]) -> Element {
        elements[Int(number(0...Int64(elements.count - 1)))]
    }
}
