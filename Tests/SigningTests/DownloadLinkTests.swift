import Testing

@testable import Signing

@Suite struct DownloadLinkTests {
    let links = DownloadLink(secret: Array("0123456789abcdef".utf8))
    let id = "550e8400-e29b-41d4-a716-446655440000"

    @Test func `a link is good until the second it expires`() throws {
        let signature = links.signature(id: id, expires: 2_000)
        try links.verify(id: id, expires: "2000", signature: signature, now: 0)
        try links.verify(id: id, expires: "2000", signature: signature, now: 1_999)
        #expect(throws: DownloadLinkError.expired) {
            try links.verify(id: id, expires: "2000", signature: signature, now: 2_000)
        }
    }

    @Test func `the signature is what other programs compute`() {
        // printf '550e8400-e29b-41d4-a716-446655440000.2000' | openssl dgst -sha256 -hmac 0123456789abcdef
        #expect(
            links.signature(id: id, expires: 2_000)
                == "5d5c9de3709559b31cf413c138c2250442673498ad2be97b98df83827beb4a42"
        )
    }

    @Test func `the whole link stands below the public address, whatever its last character`() {
        let signature = links.signature(id: id, expires: 2_000)
        let wanted = "https://pdf.example.com/api/jobs/\(id)/download?expires=2000&signature=\(signature)"
        #expect(links.url(id: id, expires: 2_000, base: "https://pdf.example.com") == wanted)
        #expect(links.url(id: id, expires: 2_000, base: "https://pdf.example.com/") == wanted)
    }

    @Test func `another job, another time, another secret or a changed digit is refused`() {
        let signature = links.signature(id: id, expires: 2_000)
        let other = "650e8400-e29b-41d4-a716-446655440000"
        for (id, expires, signature) in [
            (other, "2000", signature), (id, "2001", signature), (id, "2000", "0" + signature.dropFirst()),
            (id, "2000", signature.uppercased()), (id, "2000", ""), (id, "2000", String(signature.dropLast())),
            (id, "2000", DownloadLink(secret: Array("another secret..".utf8)).signature(id: id, expires: 2_000)),
        ] {
            #expect(throws: DownloadLinkError.mismatch) {
                try links.verify(id: id, expires: expires, signature: signature, now: 0)
            }
        }
    }

    @Test(arguments: ["", "+2000", "02000", "-1", " 2000", "2000 ", "2e3", "99999999999999999999", "NaN"])
    func `a time that no link has is refused`(expires: String) {
        #expect(throws: DownloadLinkError.malformed) {
            try links.verify(id: id, expires: expires, signature: "", now: 0)
        }
    }

    @Test func `an expired link with a wrong signature does not say that it expired`() {
        #expect(throws: DownloadLinkError.mismatch) {
            try links.verify(id: id, expires: "1", signature: "00", now: 5)
        }
    }
}
