import Fuzzing

/// A parser that is wrong about `!` before `?`.
struct PlantedFault: Fuzzer {
    let name = "planted"
    let seeds = [Array("a quiet text without either".utf8), Array("another".utf8)]
    let tokens = [Array("!".utf8), Array("?".utf8)]

    func check(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        guard let mark = input.firstIndex(of: UInt8(ascii: "!")) else { return true }
        guard !input[mark...].contains(UInt8(ascii: "?")) else { throw FuzzFinding("the planted fault") }
        return false
    }
}
