import Foundation
import Mustache

/// Turns data into what a template sees: plain values that render themselves, have no other properties, and count what they
/// write. Nothing else of the program can be reached from a template.
enum TemplateValue {
    /// - Parameters:
    ///   - name: what the template called the value by; it prices the turns of a list.
    static func make(_ value: JSONValue, named name: String?, _ budget: RenderBudget) -> Any {
        switch value {
        // Found, and nothing: an outer value of the same name must not take its place.
        case .null: NSNull()
        case .bool(let bool): bool
        case .number(let text), .string(let text): TemplateText(text: text, budget: budget)
        case .array(let elements): TemplateList(elements: elements, name: name, budget: budget)
        case .object(let members): TemplateObject(members: members, budget: budget)
        }
    }
}
