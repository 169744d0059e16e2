import PDFWorker
import Settings
import Signing

extension RunSettings {
    /// What makes the links in results.
    func downloadLinks(_ data: DataDirectory) -> DownloadLinks {
        let address = host.contains(":") ? "[\(host)]" : host == "0.0.0.0" ? "127.0.0.1" : host
        return DownloadLinks(
            base: data.read(.url) ?? "http://\(address):\(port)",
            link: nil,
            life: all.storage.linkLife.components.seconds
        )
    }
}
