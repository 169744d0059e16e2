/// What is wrong with the answer to an input, for a person.
package struct FuzzFinding: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Makes a finding.
    package init(_ description: String) {
        self.description = description
    }
}
