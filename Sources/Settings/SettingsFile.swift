import Foundation
import Yams

/// Reads the configuration file into a tree of nodes.
enum SettingsFile {
    /// The largest file, in bytes.
    static let sizeLimit = 1 << 20
    /// More aliases than this and collections as keys do not go together, see ``hasExplosiveKeys(_:)``.
    private static let aliasLimit = 16

    /// The root of the file, or `nil` if the file is empty or a problem was reported.
    static func root(of path: String, _ context: LoadContext) -> YAMLValue? {
        let whole = Place(path: "", line: nil)
        let bytes: Data
        do {
            bytes = try SmallFile.read(path, limit: sizeLimit)
        } catch {
            context.report(whole, error.description)
            return nil
        }
        guard let text = String(data: bytes, encoding: .utf8) else {
            context.report(whole, "is not UTF-8 text")
            return nil
        }
        guard !hasExplosiveKeys(text) else {
            context.report(whole, "has lists or mappings as keys, which no setting needs")
            return nil
        }
        do {
            guard let node = try Yams.compose(yaml: text, .default, .default, .utf8) else { return nil }
            let root = YAMLValue(node, path: "", context)
            return root.isNull ? nil : root
        } catch {
            let (line, message) = explain(error, in: text)
            context.report(Place(path: "", line: line), message)
            return nil
        }
    }

    /// What the parser did not like. The error's own description would quote the file.
    private static func explain(_ error: any Error, in text: String) -> (line: Int?, message: String) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (mark.line, "is not valid YAML: \(problem)")
        case .duplicatedKeysInMapping(_, let context):
            (context.mark.line, "the key that stands here is repeated in the same mapping")
        case .reader(let problem, let offset, _, _):
            (
                offset.map { text.utf8.prefix($0).count { $0 == UInt8(ascii: "\n") } + 1 },
                "is not valid YAML: \(problem)"
            )
        default:
            (nil, "is not valid YAML")
        }
    }

    /// Whether the parser could take for ever: it hashes keys in full to find repeated ones, and a key that is a nest of
    /// aliases to lists of aliases to lists has as many leaves as there are atoms. Both have to be there, many aliases and
    /// collections as keys; the look at the text may err on strings, but not on both.
    private static func hasExplosiveKeys(_ text: String) -> Bool {
        var aliases = 0
        var hasCollectionKey = false
        let indicators = Array(" \t\r\n[]{},:-?".utf8)
        let blanks = Array(" \t\r\n".utf8)
        var last = UInt8(ascii: "\n")
        var lastVisible = UInt8(ascii: "\n")
        var isInAlias = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "*") where indicators.contains(last):
                aliases += 1
                isInAlias = true
            case UInt8(ascii: ":")
            where isInAlias || lastVisible == UInt8(ascii: "]") || lastVisible == UInt8(ascii: "}"):
                hasCollectionKey = true
            case _ where last == UInt8(ascii: "?") && blanks.contains(byte):
                hasCollectionKey = true
            case UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "]"), UInt8(ascii: "}"):
                isInAlias = false
            default:
                break
            }
            last = byte
            if !blanks.contains(byte) { lastVisible = byte }
        }
        return hasCollectionKey && aliases > aliasLimit
    }
}
