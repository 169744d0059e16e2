/// An attempt: its event and its number.
struct AttemptKey: Hashable, Sendable, CustomStringConvertible {
    var event: String
    var number: Int

    var description: String { "attempt \(number) of \(event)" }
}
