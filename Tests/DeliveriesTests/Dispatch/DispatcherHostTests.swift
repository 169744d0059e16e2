import Testing

@testable import Deliveries

/// Many URLs of one host, each a destination of its own, as n8n makes them for executions that wait.
@Suite("The dispatcher, with URLs that come with events")
struct DispatcherHostTests {
    private static func name(_ host: String, _ number: Int64) -> String {
        let digits = String(number, radix: 16)
        return RouteTable.callbackPrefix + host + "-" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Slots for 64: 32 for those not known to answer, 4 of them for the URLs of one host.
    private func bench(hanging: ClosedRange<Int64>) -> DispatcherBench {
        var bench = DispatcherBench(limits: DispatchLimits(inFlight: 64))
        for number in hanging { add(number, of: "hangs.example", to: &bench) }
        return bench
    }

    private func add(_ number: Int64, of host: String, to bench: inout DispatcherBench) {
        bench.dispatcher.configure(Self.name(host, number), DestinationPolicy())
        bench.add([number], to: Self.name(host, number))
    }

    @Test("a host that hangs leaves slots for those of other hosts, however many of its URLs are called")
    func otherHosts() {
        var bench = bench(hanging: 1...500)
        #expect(bench.sends() == [1, 2, 3, 4])
        for number in Int64(1001)...1003 { add(number, of: "answers.example", to: &bench) }
        #expect(bench.sends() == [1001, 1002, 1003])
        for round in Int64(0)..<20 {
            bench.answer([1001 + round * 10])
            add(1011 + round * 10, of: "answers.example", to: &bench)
            #expect(bench.sends() == [1011 + round * 10])
        }
    }

    @Test("each that waits for a slot of its host gets one when another is free, in order, and none is forgotten")
    func inTurn() {
        var bench = bench(hanging: 1...40)
        var sent = bench.sends()
        // Whoever has nothing to send any more leaves the slot to the next.
        for number in Int64(5)...9 { bench.dispatcher.cancelled(DeliveryID(rawValue: number), at: bench.now) }
        var open = sent
        while let first = open.first {
            open.removeFirst()
            bench.answer([first], .status(500))
            let more = bench.sends()
            #expect(more.count <= 1)
            sent += more
            open += more
        }
        #expect(sent == Array(1...4) + Array(10...40))
    }

    @Test("one that answers while it waits goes on at once")
    func answersWhileItWaits() {
        var bench = DispatcherBench(DestinationPolicy(), limits: DispatchLimits(inFlight: 64))
        bench.add([9000])
        #expect(bench.sends() == [9000])
        for host in Int64(0)..<10 {
            for number in Int64(1)...10 { add(host * 100 + number, of: "h\(host).example", to: &bench) }
        }
        #expect(bench.sends().count == 31)
        bench.add(9001...9008)
        #expect(bench.sends().isEmpty, "no slot of the unproven is free")
        bench.answer([9000])
        #expect(bench.sends().filter { $0 >= 9000 }.isEmpty == false)
    }

    @Test("hosts that hang do not pass their slots on among their own")
    func noPassingOn() {
        var bench = DispatcherBench(limits: DispatchLimits(inFlight: 64))
        for host in Int64(0)..<8 {
            for number in Int64(1)...50 { add(host * 100 + number, of: "h\(host).example", to: &bench) }
        }
        var open = bench.sends()
        #expect(open.count == 32)
        for number in Int64(9001)...9004 { add(number, of: "new.example", to: &bench) }
        var rounds = 0
        var fresh: [Int64] = []
        while fresh.isEmpty, rounds < 400, let first = open.first {
            open.removeFirst()
            bench.answer([first], .status(503))
            let more = bench.sends()
            fresh = more.filter { $0 > 9000 }
            open += more
            rounds += 1
        }
        #expect(!fresh.isEmpty)
        #expect(rounds <= 8, "\(rounds) requests had to end before a new host had its first")
    }

    @Test("with all slots of the unproven taken, those of other hosts wait too, and come in their turn")
    func allTaken() {
        var bench = DispatcherBench(limits: DispatchLimits(inFlight: 64))
        for host in Int64(0)..<10 {
            for number in Int64(1)...10 { add(host * 100 + number, of: "h\(host).example", to: &bench) }
        }
        var open = bench.sends()
        #expect(open.count == 32)
        var count = 0
        while !open.isEmpty {
            count += open.count
            // Answers of which none is a sign of life.
            bench.answer(open, .status(503))
            open = bench.sends()
            #expect(open.count <= 32)
        }
        #expect(count == 100)
    }
}
