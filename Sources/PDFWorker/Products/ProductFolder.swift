import Foundation
import Signing

/// Reads a product's folder: `product.yaml`, `template.html` with its partials (other `.html` files), and assets, in
/// folders if it likes. Links are not followed, so that nothing outside the folder can become part of a document.
struct ProductFolder {
    /// More files than this are no product.
    static let fileLimit = 200
    /// Bytes of all files together.
    static let sizeLimit = 20 << 20

    /// A file of the folder and how it was when it was looked at.
    struct Entry: Hashable, Sendable {
        var name: String
        var size: Int
        var modified: Date
    }

    let path: String

    /// Its files, by name.
    func entries() throws(ProductProblem) -> [Entry] {
        let keys: [URLResourceKey] = [.isRegularFileKey, .isSymbolicLinkKey]
        guard
            let walk = FileManager.default.enumerator(
                at: URL(fileURLWithPath: path, isDirectory: true),
                includingPropertiesForKeys: keys,
                options: [.skipsHiddenFiles]
            )
        else { throw ProductProblem("cannot be read") }
        var entries: [Entry] = []
        var total = 0
        let prefix = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL.path + "/"
        while let url = walk.nextObject() as? URL {
            // `attributesOfItem` looks at a link itself.
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path),
                attributes[.type] as? FileAttributeType == .typeRegular
            else { continue }
            let file = url.standardizedFileURL.path
            let size = attributes[.size] as? Int ?? 0
            entries.append(
                Entry(
                    name: file.hasPrefix(prefix) ? String(file.dropFirst(prefix.count)) : url.lastPathComponent,
                    size: size,
                    modified: attributes[.modificationDate] as? Date ?? .distantPast
                )
            )
            total += size
            guard entries.count <= Self.fileLimit else { throw ProductProblem("has more than \(Self.fileLimit) files") }
            guard total <= Self.sizeLimit else {
                throw ProductProblem("has more than \(Self.sizeLimit >> 20) MiB of files")
            }
        }
        return entries.sorted { $0.name < $1.name }
    }

    /// Reads and checks the product.
    func load(id: String, _ entries: [Entry]) throws(ProductProblem) -> LoadedProduct {
        var description: ProductDescription?
        var texts: [String: String] = [:]
        var assets: [Asset] = []
        var digest: [UInt8] = []
        for entry in entries {
            // Not an empty one: Foundation leaks a page for each of those that it reads.
            guard let data = entry.size == 0 ? Data() : FileManager.default.contents(atPath: path + "/" + entry.name)
            else { throw ProductProblem("cannot be read", in: entry.name) }
            let bytes = Array(data)
            digest.append(contentsOf: "\(entry.name.utf8.count):\(entry.name)".utf8)
            digest.append(contentsOf: sha256(bytes))
            let kind = entry.name.split(separator: ".").last.map { $0.lowercased() } ?? ""
            if entry.name == "product.yaml" {
                do {
                    description = try ProductDescription(yaml: try Self.text(bytes, entry.name))
                } catch {
                    throw ProductProblem(error.reason, in: entry.name)
                }
            } else if kind == "html" {
                texts[String(entry.name.dropLast(5))] = try Self.text(bytes, entry.name)
            } else if let mediaType = Asset.mediaTypes[kind] {
                assets.append(Asset(name: entry.name, mediaType: mediaType, bytes: bytes))
            }
        }
        guard let description else { throw ProductProblem("product.yaml is missing") }
        guard texts[DocumentTemplate.root] != nil else { throw ProductProblem("template.html is missing") }
        return LoadedProduct(
            id: id,
            description: description,
            template: try DocumentTemplate(texts: texts, unescaped: description.unescaped),
            assets: assets,
            version: Hexadecimal.encode(sha256(digest))
        )
    }

    private static func text(_ bytes: [UInt8], _ file: String) throws(ProductProblem) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ProductProblem("is not UTF-8", in: file)
        }
        return text
    }
}
