import Deliveries
import FoundationEssentials
import Ledger

extension QuarantineEntry {
    /// Bytes of a field's value that are shown at most: as much as `data` may have.
    private static let shownLimit = 1 << 20

    /// The members of an entry: why it is here, and what tells it from others.
    var members: [(name: String, value: JSON)] {
        [
            ("id", JSON(id)),
            ("entry_id", .string(source.entryID)),
            ("field", .string(field)),
            ("reason", .string(reason)),
            ("received_at", JSON(receivedAt)),
            ("type", text(of: "type")),
            ("event_id", text(of: "id")),
            ("job_id", text(of: "job_id")),
            ("size", JSON(size)),
        ]
    }

    /// The raw fields, in order. A value that is not UTF-8 is written in base 64, so that nothing is lost.
    var fields: JSON {
        .array(
            source.fields.map { field in
                let shown = field.value.prefix(Self.shownLimit)
                let text = String(validating: shown, as: UTF8.self)
                return [
                    "name": .string(String(decoding: field.name.prefix(256), as: UTF8.self)),
                    "value": .string(text ?? Data(shown).base64EncodedString()),
                    "encoding": text == nil ? "base64" : "utf-8",
                    "size": JSON(field.value.count),
                    "truncated": JSON(field.value.count > shown.count),
                ]
            }
        )
    }

    /// The beginning of a field's value as text; `null` when there is no such field.
    private func text(of name: String) -> JSON {
        let field = source.fields.first { $0.name.elementsEqual(name.utf8) }
        return JSON(field.map { String(decoding: $0.value.prefix(128), as: UTF8.self) })
    }
}
