/// The program did not do what a test waits for.
package struct ProgramError: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}
