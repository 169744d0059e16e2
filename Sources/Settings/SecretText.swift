import Foundation

/// The value of a setting that may be a secret, fetched from where the setting says: literal, `env:NAME` or `file:PATH`
/// (contract section 2).
struct SecretText {
    /// The largest file of `file:`, in bytes.
    static let fileLimit = 64 << 10

    /// The value in clear.
    let value: String
    /// Where it came from, to be put behind a message; empty for a literal.
    let origin: String
    /// Whether the value stands in the setting itself.
    var isLiteral: Bool { origin.isEmpty }
}

extension SettingText {
    /// Fetches the value. What is wrong is reported with the variable or file, never with the value.
    func secret(_ context: LoadContext) -> SecretText? {
        if text.hasPrefix("env:") { return fromEnvironment(String(text.dropFirst(4)), context) }
        if text.hasPrefix("file:") { return fromFile(String(text.dropFirst(5)), context) }
        guard !text.isEmpty else {
            context.report(place, "is empty")
            return nil
        }
        return SecretText(value: text, origin: "")
    }

    private func fromEnvironment(_ name: String, _ context: LoadContext) -> SecretText? {
        guard Self.isVariableName(name) else {
            context.report(place, "env: must be followed by the name of an environment variable")
            return nil
        }
        context.namedVariables.insert(name)
        guard let value = context.environment[name], !value.isEmpty else {
            let state = context.environment[name] == nil ? "not set" : "empty"
            context.report(place, "the environment variable \(name) is \(state)")
            return nil
        }
        return SecretText(value: value, origin: " (environment variable \(name))")
    }

    private func fromFile(_ path: String, _ context: LoadContext) -> SecretText? {
        guard !path.isEmpty, !path.contains("whsec_"), !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            context.report(place, "file: must be followed by the path of a file")
            return nil
        }
        let bytes: Data
        do {
            bytes = try SmallFile.read(path, limit: SecretText.fileLimit)
        } catch {
            context.report(place, "the file \(path) \(error)")
            return nil
        }
        guard var value = String(data: bytes, encoding: .utf8) else {
            context.report(place, "the file \(path) is not UTF-8 text")
            return nil
        }
        while value.last?.isNewline == true { value.removeLast() }
        guard !value.isEmpty else {
            context.report(place, "the file \(path) is empty")
            return nil
        }
        return SecretText(value: value, origin: " (file \(path))")
    }

    /// A name as shells have them; a secret that was put in its place must not get into a message.
    private static func isVariableName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first), name.utf8.count <= 128 else { return false }
        return !name.hasPrefix("whsec_")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default:
                    false
                }
            }
    }
}
