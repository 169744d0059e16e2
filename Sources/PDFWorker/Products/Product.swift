/// What can be rendered: a folder with a template, its assets and a description.
package struct Product: Hashable, Sendable {
    /// The folder's name.
    package var id: String
    /// What people read.
    package var title: String
    /// The JSON schema that a job's `data` must satisfy, as JSON.
    package var schema: [UInt8]
    /// What renders it: `weasyprint`.
    package var renderer: String

    package init(id: String, title: String, schema: [UInt8], renderer: String) {
        self.id = id
        self.title = title
        self.schema = schema
        self.renderer = renderer
    }
}
