/// A file of a product that its template may use: a style sheet, an image, a font.
struct Asset: Hashable, Sendable {
    /// The path inside the product's folder: `fonts/body.woff2`.
    var name: String
    var mediaType: String
    var bytes: [UInt8]

    /// What may be an asset, by the end of the file's name; anything else in the folder is passed over.
    static let mediaTypes: [String: String] = [
        "css": "text/css", "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
        "gif": "image/gif", "webp": "image/webp", "woff2": "font/woff2", "woff": "font/woff", "ttf": "font/ttf",
        "otf": "font/otf",
    ]
}
