internal import Deliveries

/// Inputs of one fuzzer in a fixed order. Each is made of the run's seed and its own number alone, so that any of them can be
/// made again without those before it.
package struct FuzzRun: Sendable {
    private let fuzzer: any Fuzzer
    private let seed: UInt64

    /// Makes a run.
    package init(_ fuzzer: any Fuzzer, seed: UInt64) {
        self.fuzzer = fuzzer
        self.seed = seed
    }

    /// The input of a number: the fuzzer's own seeds first, then what is made of them.
    package func input(_ number: Int) -> [UInt8] {
        let seeds = fuzzer.seeds
        if seeds.indices.contains(number) { return seeds[number] }
        // Two rounds of the generator keep neighbouring numbers and seeds apart.
        var mixer = SeededGenerator(seed: seed)
        var generator = SeededGenerator(seed: mixer.next() ^ UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9)
        return Mutator(seeds: seeds, tokens: fuzzer.tokens).input(using: &generator)
    }

    /// Tries the inputs of `numbers`, up to the first that is answered wrongly.
    ///
    /// - Parameters:
    ///   - before: called with each number before its input is tried, so that one which ends the process can be told.
    ///   - goesOn: asked before each input.
    package func run(
        _ numbers: some Sequence<Int>,
        before: (Int) -> Void = { _ in },
        while goesOn: () -> Bool = { true }
    ) -> FuzzReport {
        var report = FuzzReport()
        for number in numbers {
            guard goesOn() else { break }
            before(number)
            let input = input(number)
            report.inputs += 1
            do {
                if try fuzzer.check(input) { report.accepted += 1 }
            } catch {
                report.failure = failure(number, input, error)
                break
            }
        }
        return report
    }

    private func failure(_ number: Int, _ input: [UInt8], _ finding: FuzzFinding) -> FuzzFailure {
        var (input, finding) = (input, finding)
        var size = max(1, input.count / 2)
        while true {
            var start = 0
            while start < input.count {
                let shorter = Array(input[..<start] + input[min(input.count, start + size)...])
                do {
                    _ = try fuzzer.check(shorter)
                    start += size
                } catch {
                    (input, finding) = (shorter, error)
                }
            }
            if size == 1 { break }
            size /= 2
        }
        return FuzzFailure(fuzzer: fuzzer.name, seed: seed, number: number, input: input, finding: finding)
    }
}
