package import Ledger

/// What every ledger driver must do, as named checks: a driver's tests run each of them on a ledger of its own.
package enum LedgerConformance {
    /// Every check, in the order in which they are best read.
    package static let all: [ConformanceCheck] =
        admission + dispatch + recording + replays + lists + quarantine + statistics + retention + histories + jobs
        + spool
}

/// One rule that a driver keeps.
package struct ConformanceCheck: Sendable, CustomStringConvertible {
    /// The rule, as a sentence.
    package let name: String
    private let body: @Sendable (any DeliveryLedger) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (any DeliveryLedger) async throws -> Void) {
        self.name = name
        self.body = body
    }

    /// Holds a ledger to the rule.
    ///
    /// - Parameter ledger: an empty one that nothing else uses.
    /// - Throws: ``ConformanceFailure`` when it does not keep it, or what the ledger threw.
    package func run(on ledger: any DeliveryLedger) async throws {
        try await body(ledger)
    }

    package var description: String { name }
}

/// How a ledger broke a rule.
package struct ConformanceFailure: Error, CustomStringConvertible {
    /// What was expected and what came.
    package let description: String
}

/// - Throws: ``ConformanceFailure`` unless the two are equal.
func expect<Value: Equatable>(
    _ actual: Value,
    is expected: Value,
    _ what: String,
    file: String = #fileID,
    line: Int = #line
) throws {
    guard actual != expected else { return }
    throw ConformanceFailure(description: "\(file):\(line): \(what): expected \(expected), got \(actual)")
}

/// - Throws: ``ConformanceFailure`` when there is no value.
func unwrap<Value>(_ value: Value?, _ what: String, file: String = #fileID, line: Int = #line) throws -> Value {
    guard let value else { throw ConformanceFailure(description: "\(file):\(line): \(what): nothing there") }
    return value
}
