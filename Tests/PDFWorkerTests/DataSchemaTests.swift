import Deliveries
import Testing

@testable import PDFWorker

@Suite struct DataSchemaTests {
    private func schema(_ yaml: String) throws -> DataSchema {
        try DataSchema(try #require(try JSONValue(yaml: yaml)), path: "schema")
    }

    private func complaint(_ yaml: String, _ json: String) throws -> String? {
        do {
            try schema(yaml).check(JSONReader.value(of: JSONObjectBytes(Array(json.utf8))), field: "data")
            return nil
        } catch let error as DataProblem {
            return error.description
        }
    }

    private static let invoice = """
        type: object
        required: [number, items]
        additionalProperties: false
        properties:
          number: { type: string, minLength: 1, maxLength: 5 }
          date: { type: string, format: date }
          at: { type: string, format: date-time }
          mail: { type: string, format: email }
          currency: { enum: [EUR, USD] }
          kind: { const: invoice }
          note: { type: [string, "null"] }
          count: { type: integer, minimum: 1, maximum: 10 }
          rate: { type: number, exclusiveMinimum: 0, exclusiveMaximum: 1 }
          items: { type: array, minItems: 1, maxItems: 3, items: { type: object, properties: { price: { type: number } } } }
        """

    @Test(arguments: [
        (#"{"number":"1","items":[{"price":1.0}]}"#, nil),
        (#"{"number":"1","items":[{}],"date":"2024-02-29","note":null,"count":2.0,"rate":0.5,"kind":"invoice"}"#, nil),
        (#"{"items":[{}]}"#, "data.number is missing"),
        (#"{"number":"","items":[{}]}"#, "data.number must not be empty"),
        (#"{"number":"123456","items":[{}]}"#, "data.number must have at most 5 characters"),
        (#"{"number":1,"items":[{}]}"#, "data.number must be a string"),
        (#"{"number":"1","items":[]}"#, "data.items must have at least 1 elements"),
        (#"{"number":"1","items":[{},{},{},{}]}"#, "data.items must have at most 3 elements"),
        (#"{"number":"1","items":[{},{"price":"3"}]}"#, "data.items[1].price must be a number"),
        (#"{"number":"1","items":[{}],"date":"2023-02-29"}"#, "data.date must be a date such as 2024-01-15"),
        (#"{"number":"1","items":[{}],"at":"2024-01-15"}"#, "data.at must be a time such as 2024-01-15T10:05:00Z"),
        (#"{"number":"1","items":[{}],"mail":"a b@c"}"#, "data.mail must be an e-mail address"),
        (#"{"number":"1","items":[{}],"currency":"XXX"}"#, #"data.currency must be one of "EUR", "USD""#),
        (#"{"number":"1","items":[{}],"kind":"x"}"#, #"data.kind must be "invoice""#),
        (#"{"number":"1","items":[{}],"note":1}"#, "data.note must be a string or null"),
        (#"{"number":"1","items":[{}],"count":1.5}"#, "data.count must be a whole number"),
        (#"{"number":"1","items":[{}],"count":11}"#, "data.count must be at most 10"),
        (#"{"number":"1","items":[{}],"rate":0}"#, "data.rate must be more than 0"),
        (#"{"number":"1","items":[{}],"rate":1e0}"#, "data.rate must be less than 1"),
        (#"{"number":"1","items":[{}],"colour\n":1}"#, "data.colour  is not known to this product"),
    ])
    func `data that the schema does not take is refused by its field`(json: String, complaint: String?) throws {
        #expect(try self.complaint(Self.invoice, json) == complaint)
    }

    @Test(arguments: [
        ("type: text", "schema.type must be one of object, array, string, number, integer, boolean, null"),
        (
            "properties: { a: { pattern: x } }",
            "schema.properties.a.pattern is a keyword that is not checked here; leave it out"
        ),
        ("properties: { a: { maxLength: -1 } }", "schema.properties.a.maxLength must be a whole number, 0 or more"),
        ("items: 3", "schema.items must be a mapping"),
        ("format: colour", "schema.format must be one of date, email, date-time"),
        ("required: [a]\nadditionalProperties: false", "schema.required names \"a\", which properties does not have"),
        ("enum: []", "schema.enum must be a list of values"),
    ])
    func `a rule that would not be enforced is refused where it stands`(yaml: String, problem: String) {
        #expect(throws: ProductProblem(problem)) { try schema(yaml) }
    }
}
