import ArgumentParser

/// `postback`: the commands of contract section 1.
@main
struct PostbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postback",
        abstract: "Makes documents as jobs, and delivers completion events as signed webhooks.",
        discussion: """
            Start with `postback up`: it needs no configuration. Exit codes: 0 done, 1 failed, 2 usage, \
            64 and above as in sysexits.h.
            """,
        version: PostbackVersion.current,
        subcommands: [
            UpCommand.self, RelayCommand.self, WorkerCommand.self, SubmitCommand.self, JobsCommand.self,
            QueuesCommand.self, DoctorCommand.self, PublishCommand.self, DeliveriesCommand.self, RoutesCommand.self,
            ListenCommand.self, VerifyCommand.self, SecretCommand.self,
        ]
    )

    /// Runs the command that was asked for, and ends with the exit code of contract section 1.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            // What a server prints is said in its log too.
            let isServer = command is UpCommand || command is RelayCommand || command is WorkerCommand
            if !isServer, let reason = StandardStream.outputFailure {
                throw CommandFailure(.cannotWrite, "cannot write the output: \(reason)")
            }
        } catch let failure as CommandFailure {
            for line in failure.lines { StandardStream.error.write("postback: \(line)") }
            exit(withError: ExitCode(failure.code.rawValue))
        } catch {
            let code = exitCode(for: error)
            guard code == .validationFailure else { exit(withError: error) }
            // What the library calls 64 is 2 in our contract.
            StandardStream.error.write(fullMessage(for: error))
            exit(withError: ExitCode(2))
        }
    }
}
