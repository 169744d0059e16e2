import Testing

@testable import Signing

@Suite struct EncodingTests {
    // RFC 4648 section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy"),
    ])
    func `base64 follows the RFC's vectors in both directions`(plain: String, text: String) {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
        #expect(Base64.decode(text.replacing("=", with: "")) == Array(plain.utf8))
    }

    @Test func `every byte survives both alphabets`() {
        for count in 0..<70 {
            let bytes = randomBytes(count)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64.decode(Base64.encode(bytes, .url), .url) == bytes)
        }
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
        #expect(Base64.encode([0xFB, 0xFF], .url) == "-_8")
    }

    @Test(arguments: [
        "Z", "Zg=", "Zg===", "Z===", "====", "Zh==", "Zm9=", "Zm9v=", "Zm 9v", "Zm9v\n", "Zm-_", "Zmé=", "=Zm9",
    ])
    func `what is not exactly base64 is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func `hexadecimal has two lower-case digits a byte`() {
        #expect(Hexadecimal.encode([0x00, 0x0A, 0xFF, 0x42]) == "000aff42")
        #expect(Hexadecimal.encode([]) == "")
    }

    @Test func `sha256 follows the standard's vectors`() {
        // FIPS 180-4's examples.
        let digest = { (text: String) in Hexadecimal.encode(sha256(Array(text.utf8))) }
        #expect(digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func `HMAC follows RFC 4231, keys longer than a block included`() {
        let code = { (key: [UInt8], text: String) in Hexadecimal.encode(MACKey(key).code(of: Array(text.utf8))) }
        #expect(
            code(Array("Jefe".utf8), "what do ya want for nothing?")
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
        #expect(
            code(Array(repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First")
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        )
    }

    @Test func `a head and a body are hashed as if they were joined`() {
        let key = MACKey(Array("key".utf8))
        #expect(key.code(head: [1, 2], of: [3]) == key.code(of: [1, 2, 3]))
        #expect(key.code(head: [1, 2], of: []) == key.code(of: [1, 2]))
    }

    @Test func `constant-time comparison compares`() {
        #expect(constantTimeEquals([], []))
        #expect(constantTimeEquals([1, 2], [1, 2]))
        #expect(!constantTimeEquals([1, 2], [1, 3]))
        #expect(!constantTimeEquals([1, 2], [1]))
    }

    @Test func `random bytes are many and differ`() {
        #expect(randomBytes(0).isEmpty)
        #expect(randomBytes(33).count == 33)
        #expect(randomBytes(16) != randomBytes(16))
    }
}
