import Foundation

/// Writes and reads the documents that the ledger keeps for jobs.
enum DocumentCoding {
    static func encode(_ document: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and whole numbers: there is nothing in a document that has no JSON.
        return (try? encoder.encode(document)).map { Array($0) } ?? []
    }

    static func decode<Document: Decodable>(_ type: Document.Type, _ bytes: [UInt8]) -> Document? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }
}
