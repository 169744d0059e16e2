import Mustache

/// A list: a section over it has a turn for each element, until the budget is spent.
struct TemplateList: MustacheSequence, MustacheParent, MustacheCustomRenderable, MustacheTransformable {
    let elements: [JSONValue]
    let name: String?
    let budget: RenderBudget

    var renderText: String { "" }
    var isNull: Bool { false }

    func child(named: String) -> Any? { nil }

    func makeIterator() -> AnyIterator<Any> {
        var rest = elements.makeIterator()
        let price = budget.price(of: name)
        return AnyIterator {
            guard let element = rest.next(), budget.spend(price) else { return nil }
            return TemplateValue.make(element, named: nil, budget)
        }
    }

    func transform(_ transform: String) -> Any? {
        switch transform {
        // A section over it is written once if there are elements: for what surrounds a list.
        case "any": elements.isEmpty ? nil : true
        case "count": elements.count
        case "empty": elements.isEmpty
        case "first": elements.first.map { TemplateValue.make($0, named: nil, budget) }
        case "last": elements.last.map { TemplateValue.make($0, named: nil, budget) }
        case "reversed": TemplateList(elements: elements.reversed(), name: name, budget: budget)
        default: nil
        }
    }
}
