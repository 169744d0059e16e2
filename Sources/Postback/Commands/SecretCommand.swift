import ArgumentParser
import Signing

/// `postback secret`: prints a new secret.
struct SecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Prints a new whsec_… secret: 32 random bytes.",
        discussion:
            "Keep it in a file or the environment, and name that in the configuration: secret: \"env:N8N_SECRET\"."
    )

    func run() throws {
        StandardStream.output.write(Secret.generate().revealed)
    }
}
