/// Guesses what a misspelt key was meant to be.
enum Spelling {
    /// The one of `words` that is so close to `text` that it was probably meant.
    static func closest(to text: String, among words: [String]) -> String? {
        guard text.utf8.count <= 64 else { return nil }
        let normal = snakeCase(text)
        let candidates = words.map { (word: $0, distance: distance(Array(normal.utf8), Array($0.utf8))) }
        guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= (best.word.utf8.count <= 4 ? 1 : 2) ? best.word : nil
    }

    /// `productId` and `product-id` as `product_id`.
    private static func snakeCase(_ text: String) -> String {
        var result = ""
        for character in text {
            if character.isUppercase, !result.isEmpty, !result.hasSuffix("_") { result += "_" }
            result += character == "-" ? "_" : character.lowercased()
        }
        return result
    }

    /// The number of letters to insert, remove, replace or swap with a neighbour (optimal string alignment).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var rows = [Array(0...right.count)]
        for (index, byte) in left.enumerated() {
            var row = [index + 1]
            for column in right.indices {
                var best = min(row[column] + 1, rows[index][column + 1] + 1)
                best = min(best, rows[index][column] + (byte == right[column] ? 0 : 1))
                if index > 0, column > 0, byte == right[column - 1], left[index - 1] == right[column] {
                    best = min(best, rows[index - 1][column - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
