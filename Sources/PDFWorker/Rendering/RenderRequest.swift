import Deliveries

/// A document to be made: HTML that is complete, and what it may use.
struct RenderRequest: Sendable {
    var html: [UInt8]
    var assets: [Asset]
    /// The title in the metadata, unless the HTML has one.
    var title: String
    /// The author in the metadata, unless the HTML has one; `nil`: none.
    var author: String?
    /// The time in the metadata. The same request with the same time makes the same bytes.
    var created: Timestamp
    /// Identifies the PDF; hexadecimal digits.
    var identifier: String
    var limits: RenderLimits
}
