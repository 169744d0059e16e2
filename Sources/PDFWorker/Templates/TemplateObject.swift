import Mustache

/// An object: its members by name. By itself it writes nothing.
struct TemplateObject: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
    private let members: [String: JSONValue]
    private let budget: RenderBudget

    init(members: [JSONValue.Member], budget: RenderBudget) {
        self.members = Dictionary(members.map { ($0.name, $0.value) }) { _, last in last }
        self.budget = budget
    }

    var renderText: String { "" }
    var isNull: Bool { false }

    func child(named name: String) -> Any? {
        members[name].map { TemplateValue.make($0, named: name, budget) }
    }

    func transform(_ name: String) -> Any? {
        name == "empty" ? members.isEmpty : nil
    }
}
