import Foundation
import FoundationNetworking
import Testing

@testable import Postback

@Suite struct APIClientTests {
    @Test(arguments: ["", ".", ".."])
    func `an id that would lead to another place is refused`(id: String) {
        let failure = #expect(throws: CommandFailure.self) { try APIClient.path(["api", "deliveries", id]) }
        #expect(failure?.code == .badData)
    }

    @Test func `an id cannot leave its place in the path`() throws {
        #expect(try APIClient.path(["api", "jobs", "a/../b?c#d"]) == "/api/jobs/a%2F..%2Fb%3Fc%23d")
    }

    @Test(arguments: ["https://host/postback/base", "https://host/postback/base/"])
    func `the address of the API may have a path of its own`(base: String) throws {
        let client = APIClient(base: try #require(URL(string: base)), key: nil)
        let request = try client.request("GET", "/api/jobs?limit=1")
        #expect(request.url?.absoluteString == "https://host/postback/base/api/jobs?limit=1")
    }
}
