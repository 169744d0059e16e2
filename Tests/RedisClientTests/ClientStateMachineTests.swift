import Testing

@testable import RedisClient

@Suite("The client's state machine")
struct ClientStateMachineTests {
    private final class Connection {}
    private typealias Machine = ClientStateMachine<Connection, String>

    @Test("lets callers wait until there is a connection, then gives it to all")
    func waiting() {
        let machine = Driven(Machine())
        let ids = [machine { $0.makeWaiterID() }, machine { $0.makeWaiterID() }]
        #expect(machine { $0.request(ids[0], "a") }.summary == "wait")
        #expect(machine { $0.request(ids[1], "b") }.summary == "wait")
        let connection = Connection()
        #expect(machine { $0.connected(connection) }?.sorted() == ["a", "b"])
        #expect(machine { $0.state } == .connected && machine { $0.current } === connection)
        #expect(request(machine, "c") == "use")
        #expect(machine { $0.expire(ids[0]) } == nil && machine { $0.cancel(ids[1]) } == nil)
    }

    @Test("gives up on a caller whose time is over, with the reason of the last failure")
    func expiry() {
        let machine = Driven(Machine())
        let id = machine { $0.makeWaiterID() }
        _ = machine { $0.request(id, "a") }
        _ = machine { $0.failed(RedisError(.connectionFailed, "refused")) }
        let expired = machine { $0.expire(id) }
        #expect(expired?.0 == "a" && expired?.1.code == .notConnected && expired?.1.message == "not connected: refused")
        #expect(expired?.1.wasSent == false)
        #expect(machine { $0.connected(Connection()) } == [])
    }

    @Test("knows a cancellation that came before the wait began")
    func earlyCancellation() {
        let machine = Driven(Machine())
        let id = machine { $0.makeWaiterID() }
        #expect(machine { $0.cancel(id) } == nil)
        #expect(machine { $0.request(id, "a") }.summary == "fail cancelled")
        machine { $0.forget(id) }
        #expect(machine { $0.request(id, "a") }.summary == "wait")
    }

    @Test("a loss is news once, and only of the connection that is in use")
    func loss() {
        let machine = Driven(Machine())
        let (first, second) = (Connection(), Connection())
        _ = machine { $0.connected(first) }
        let reason = RedisError(.connectionLost, "gone")
        #expect(machine { $0.lost(first, reason) })
        #expect(!machine { $0.lost(first, reason) })
        _ = machine { $0.connected(second) }
        #expect(!machine { $0.lost(first, reason) })
        #expect(machine { $0.state } == .connected)
    }

    @Test("a failure is news when it is the first or of another kind")
    func failures() {
        let machine = Driven(Machine())
        let loading = RedisError(.connectionFailed, "LOADING", serverError: RedisServerError("LOADING x"))
        #expect(machine { $0.failed(RedisError(.connectionFailed, "refused")) })
        #expect(!machine { $0.failed(RedisError(.connectionFailed, "no route")) })
        #expect(machine { $0.failed(loading) })
        #expect(!machine { $0.failed(loading) })
        #expect(machine { $0.failed(RedisError(.authenticationFailed, "wrong password")) })
    }

    @Test("after the stop nobody waits")
    func stopping() {
        let machine = Driven(Machine())
        #expect(machine { $0.start() } && !machine { $0.start() })
        _ = request(machine, "a")
        #expect(machine { $0.stop() }.waiters == ["a"])
        #expect(request(machine, "b") == "fail notConnected")
        #expect(machine { $0.state } == .stopped && !machine { $0.start() })
        #expect(machine { $0.connected(Connection()) } == nil)
        #expect(!machine { $0.failed(RedisError(.cancelled, "")) })
        #expect(machine { $0.state } == .stopped)
    }

    @Test("the pauses double from the shortest to the longest, each at least half its length")
    func backoff() {
        var backoff = Backoff(longest: .seconds(5))
        for limit in [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000] {
            let pause = backoff.next()
            #expect(pause >= .milliseconds(limit) / 2 && pause <= .milliseconds(limit))
        }
        backoff.reset()
        #expect(backoff.next() <= .milliseconds(50))
    }

    @Test("however long a server was away, whoever waits for it looks again in less than a second")
    func usualLimit() {
        var backoff = Backoff()
        for _ in 0..<100 { #expect(backoff.next() <= .milliseconds(800)) }
        #expect(RedisClientConfiguration().maximumBackoff <= .milliseconds(800))
    }

    private func request(_ machine: Driven<Machine>, _ waiter: String) -> String {
        let id = machine { $0.makeWaiterID() }
        return machine { $0.request(id, waiter) }.summary
    }
}

extension ClientStateMachine.RequestAction {
    fileprivate var summary: String {
        switch self {
        case .use: "use"
        case .fail(let error): "fail \(error.code)"
        case .wait: "wait"
        }
    }
}
