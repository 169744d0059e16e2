import Foundation
import Testing

@testable import Deliveries

/// Two programs written apart from each other seldom have the same fault.
@Suite("The JSON check beside Foundation's")
struct JSONCrossCheckTests {
    @Test("takes and refuses the same documents", arguments: 0..<8)
    func agreement(seed: UInt64) {
        var generator = JSONDocumentGenerator(seed: seed)
        for _ in 0..<400 {
            let document = generator.object()
            #expect((try? JSONObjectBytes(document)) != nil, "\(String(decoding: document, as: UTF8.self))")
            #expect(Self.foundationTakes(document), "\(String(decoding: document, as: UTF8.self))")
            let spoilt = generator.mutation(of: document)
            guard !Self.isJudgedOtherwise(spoilt) else { continue }
            let isTaken = (try? JSONObjectBytes(spoilt)) != nil
            #expect(isTaken == Self.foundationTakes(spoilt), "\(String(decoding: spoilt, as: UTF8.self)) \(spoilt)")
        }
    }

    private static func foundationTakes(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes))) is [String: Any]
    }

    /// Where the two differ on purpose: Foundation takes a byte order mark and guesses UTF-16 and UTF-32 from NUL bytes,
    /// refuses halves of surrogate pairs (RFC 8259 section 8.2 leaves them to the receiver), and refuses numbers that do not fit
    /// a `Double`.
    private static func isJudgedOtherwise(_ bytes: [UInt8]) -> Bool {
        if bytes.prefix(4).contains(0) || bytes.starts(with: [0xEF, 0xBB, 0xBF]) || bytes.starts(with: [0xFE, 0xFF])
            || bytes.starts(with: [0xFF, 0xFE])
        {
            return true
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if text.contains(#/\\u[dD][89a-fA-F]/#) { return true }
        return text.contains(#/[eE][+]?[0-9]{3}/#)
    }
}
