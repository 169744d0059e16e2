/// Holds a state machine, so that `#expect` can take the result of a call that changes it: `machine { $0.stop() }`.
final class Driven<Machine: ~Copyable> {
    private var machine: Machine

    init(_ machine: consuming Machine) {
        self.machine = machine
    }

    func callAsFunction<Result>(_ event: (inout Machine) -> Result) -> Result { event(&machine) }
}
