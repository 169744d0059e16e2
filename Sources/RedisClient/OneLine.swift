/// Makes a text fit for a one-line message: control characters become blanks, and it ends after `limit` characters.
func oneLine(_ text: String, limit: Int) -> String {
    var line = ""
    for character in text.prefix(limit) {
        let isControl = character.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
        line.append(isControl ? " " : character)
    }
    return line
}
