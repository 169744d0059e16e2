import Mustache

/// A string or a number. An empty one counts as absent in sections.
struct TemplateText: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
    let text: String
    let budget: RenderBudget

    var renderText: String { budget.spend(text.utf8.count) ? text : "" }
    var isNull: Bool { text.isEmpty }

    func child(named: String) -> Any? { nil }

    func transform(_ name: String) -> Any? {
        switch text.transform(name) {
        case let bool as Bool: bool
        case let changed as any StringProtocol: TemplateText(text: String(changed), budget: budget)
        default: nil
        }
    }
}
