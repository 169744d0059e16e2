/// An input that was answered wrongly, and all that is needed to see it again.
package struct FuzzFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The fuzzer's name.
    package let fuzzer: String
    /// The seed of the run.
    package let seed: UInt64
    /// Which input of the run it was.
    package let number: Int
    /// The input, after what was not needed has been deleted.
    package let input: [UInt8]
    /// What is wrong with the answer to it.
    package let finding: FuzzFinding

    package var description: String {
        """
        \(fuzzer): \(finding)
          input: \(escaped(input))
          again: swift run fuzz \(fuzzer) --seed \(seed) --only \(number)
        """
    }
}
