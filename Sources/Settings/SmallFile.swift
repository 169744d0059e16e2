import Foundation

/// Reads files of a bounded size: configuration and secrets.
enum SmallFile {
    /// Why a file cannot be used. The message does not name it: its place in the configuration does.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The bytes of a file of at most `limit` bytes. Never reads further, whatever the path leads to.
    static func read(_ path: String, limit: Int) throws(Failure) -> Data {
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            var bytes = Data()
            while bytes.count <= limit, let more = try file.read(upToCount: limit + 1 - bytes.count), !more.isEmpty {
                bytes += more
            }
            guard bytes.count <= limit else { throw Failure(description: "is larger than \(limit) bytes") }
            return bytes
        } catch let failure as Failure {
            throw failure
        } catch CocoaError.fileReadNoSuchFile, CocoaError.fileNoSuchFile {
            throw Failure(description: "does not exist")
        } catch CocoaError.fileReadNoPermission {
            throw Failure(description: "may not be read by this user")
        } catch {
            throw Failure(description: "cannot be read")
        }
    }
}

extension SettingText {
    /// The path of a file that exists and can be read.
    func readableFile(_ context: LoadContext) -> String? {
        guard let path = line(limit: 4096, context) else { return nil }
        var isDirectory: ObjCBool = false
        guard FileManager.default.isReadableFile(atPath: path),
            FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue
        else {
            context.report(place, "is not a file that can be read")
            return nil
        }
        return path
    }
}
