import JobQueue
import Testing

@Suite struct QueueNameTests {
    @Test(arguments: ["pdf", "a", "0_-", "excel-import"])
    func namesOfTheContractAreTaken(name: String) {
        #expect(QueueName(name)?.text == name)
    }

    @Test(arguments: ["", "PDF", "-a", "a b", "ä", "a:b", String(repeating: "a", count: 65)])
    func othersAreNot(name: String) {
        #expect(QueueName(name) == nil)
    }
}
