/// One parser that is given input nobody meant it to have, and what must hold of its answer.
package protocol Fuzzer: Sendable {
    /// The name on the command line and in reports.
    var name: String { get }
    /// Inputs as they are meant to be. They are tried first, unchanged, and everything else is made of them.
    var seeds: [[UInt8]] { get }
    /// Pieces that mean something to the parser, for mutations.
    var tokens: [[UInt8]] { get }

    /// Gives the parser one input. A pure function of it: the same input always gives the same answer.
    ///
    /// - Returns: whether the parser took the input.
    /// - Throws: what is wrong with the answer.
    func check(_ input: [UInt8]) throws(FuzzFinding) -> Bool
}
