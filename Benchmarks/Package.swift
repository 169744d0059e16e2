// swift-tools-version: 6.2
import PackageDescription

/// Plain C, so that what is compared with is as fast as it can be without tricks.
let strict: [CSetting] = [
    .enableWarning("all"),
    .enableWarning("extra"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "benchmarks",
    targets: [
        .target(name: "Support", cSettings: strict),
        .executableTarget(name: "Receiver", dependencies: ["Support"], cSettings: strict),
        .executableTarget(
            name: "BareLoop",
            dependencies: ["Support"],
            cSettings: strict,
            linkerSettings: [.linkedLibrary("curl")]
        ),
        .executableTarget(
            name: "Publisher",
            dependencies: ["Support"],
            cSettings: strict,
            linkerSettings: [.linkedLibrary("hiredis")]
        ),
        .executableTarget(
            name: "Prototype",
            dependencies: ["Support"],
            cSettings: strict,
            linkerSettings: ["hiredis", "curl", "crypto", "sqlite3"].map { .linkedLibrary($0) }
        ),
    ],
    cLanguageStandard: .gnu17
)
