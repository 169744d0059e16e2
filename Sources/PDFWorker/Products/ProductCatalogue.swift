import Deliveries
import Foundation
package import JobQueue
import Synchronization

/// The products of a folder. Each is looked at when it is asked for, and read again when one of its files has changed, so
/// that a template can be worked on while the worker runs.
package final class ProductCatalogue: Sendable {
    private struct Held: Sendable {
        var entries: [ProductFolder.Entry]
        var product: LoadedProduct
    }

    /// The folder of the products' folders.
    package let path: String
    private let held = Mutex<[String: Held]>([:])

    /// - Parameter path: a folder that holds one folder per product.
    package init(path: String) {
        self.path = path
    }

    /// Whether its folder is there.
    package var exists: Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    /// All products that can be used, by id. One that is broken is left out: ``problems()`` tells of it.
    package func products() -> [Product] {
        ids().compactMap { try? load($0).product }
    }

    /// The product of that id, for those who ask; `nil` if there is none that can be used.
    package func product(_ id: String) -> Product? {
        try? load(id).product
    }

    /// What is wrong with products, one line each, naming product and file.
    package func problems() -> [String] {
        ids().compactMap { id in
            do {
                _ = try load(id)
                return nil
            } catch {
                return "\(error)"
            }
        }
    }

    /// Checks a request's data against its product without rendering it.
    ///
    /// - Parameter data: a JSON object.
    /// - Returns: one line that names the product or the field; `nil` when it is fine.
    package func complaint(productID: String, data: [UInt8]) -> String? {
        do {
            try check(try JSONObjectBytes(data), load(productID))
            return nil
        } catch let error as JSONScanError {
            return "data \(error.reason)"
        } catch {
            return "\(error)"
        }
    }

    /// Reads a product.
    func load(_ id: String) throws(RenderFailure) -> LoadedProduct {
        // An id is a folder's name and nothing else: no path leads out of the catalogue.
        guard PDFRequest.isProductID(id) else { throw RenderFailure(.input, "product_id is not the id of a product") }
        let folder = ProductFolder(path: path + "/" + id)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isDirectory), isDirectory.boolValue
        else {
            throw RenderFailure(.input, "there is no product \"\(id)\"")
        }
        do {
            let entries = try folder.entries()
            if let known = held.withLock({ $0[id] }), known.entries == entries { return known.product }
            let product = try folder.load(id: id, entries)
            held.withLock { $0[id] = Held(entries: entries, product: product) }
            return product
        } catch {
            throw RenderFailure(.input, "product \"\(id)\" cannot be used: \(error.reason)")
        }
    }

    /// Checks data against a product's schema and the limits of all products.
    @discardableResult
    func check(_ data: JSONObjectBytes, _ product: LoadedProduct) throws(RenderFailure) -> JSONValue {
        guard data.bytes.count <= RenderLimits.data else {
            throw RenderFailure(.input, "data has more than \(RenderLimits.data >> 20) MiB")
        }
        let value = JSONReader.value(of: data)
        do {
            try Self.checkRows(value, field: "data")
            try product.description.schema.check(value, field: "data")
        } catch {
            throw RenderFailure(.input, error.description)
        }
        return value
    }

    private static func checkRows(_ value: JSONValue, field: String) throws(DataProblem) {
        switch value {
        case .array(let elements):
            guard elements.count <= RenderLimits.rows else {
                throw DataProblem(field: field, reason: "must have at most \(RenderLimits.rows) elements")
            }
            for (index, element) in elements.enumerated() { try checkRows(element, field: "\(field)[\(index)]") }
        case .object(let members):
            for member in members { try checkRows(member.value, field: "\(field).\(member.name)") }
        case .null, .bool, .number, .string: break
        }
    }

    private func ids() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { name in
            var isDirectory: ObjCBool = false
            return PDFRequest.isProductID(name)
                && FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isDirectory)
                && isDirectory.boolValue
        }.sorted()
    }
}
