internal import Glibc

/// Names workers: for people by its beginning, and unique by its random end.
enum WorkerName {
    static func make(_ given: String?) -> String {
        let random = String(UInt32.random(in: 0 ... .max), radix: 16)
        return "\(cleaned(given ?? "\(host())-\(getpid())"))-\(random)"
    }

    private static func cleaned(_ name: String) -> String {
        let allowed = name.unicodeScalars.map { scalar in
            let isPlain =
                scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
            return isPlain ? Character(scalar) : "-"
        }
        return String(allowed.prefix(100))
    }

    private static func host() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "host" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
