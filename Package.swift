// swift-tools-version: 6.2
import PackageDescription

/// Every target is built the same way: the Swift 6 language mode, the upcoming features that make imports and
/// isolation explicit, and warnings as errors.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
    .treatAllWarnings(as: .error),
]

/// The targets that call C mark each unsafe use, so that the boundary can be searched for (SE-0458).
let strictAtC: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
    name: "postback",
    products: [
        .executable(name: "postback", targets: ["Postback"]),
        .executable(name: "fuzz", targets: ["Fuzz"]),
        .executable(name: "simulate", targets: ["Simulate"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
    ],
    targets: [
        // C libraries: a module map each, imported by exactly one target. (And libcurl by the fuzzer of URLs, to compare.)
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        // No pkgConfig for hiredis: its .pc file carries a flag that SwiftPM refuses with a warning on every build.
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),

        // The pure core.
        .target(
            name: "Deliveries",
            dependencies: [
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: strict
        ),

        // Named steps at which a crash test stops the process; a release build has the names and nothing behind them.
        .target(
            name: "FaultPoints",
            swiftSettings: strict + [.define("FAULT_POINTS", .when(configuration: .debug))]
        ),

        // What acts: one target for each library or server it owns.
        .target(name: "Signing", dependencies: ["COpenSSL"], swiftSettings: strictAtC),
        .target(
            name: "RedisClient",
            dependencies: [
                "CHiredis",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strictAtC
        ),
        .target(name: "HTTPSender", dependencies: ["CCurl", "Deliveries", "FaultPoints"], swiftSettings: strictAtC),
        .target(
            name: "Ledger",
            dependencies: [
                "Deliveries", "FaultPoints",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Telemetry",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Settings",
            dependencies: [
                "Deliveries", "Signing",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Relay",
            dependencies: [
                "Deliveries", "FaultPoints", "HTTPSender", "Ledger", "RedisClient", "Signing", "Telemetry",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        // Jobs: the queue, what renders, and a job's way from submission to its permanent record.
        .target(
            name: "JobQueue",
            dependencies: [
                "Deliveries", "RedisClient",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Scripts")],
            swiftSettings: strict
        ),
        .target(
            name: "PDFWorker",
            dependencies: [
                "Deliveries", "JobQueue", "Signing",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [.embedInCode("Helper/renderer.py")],
            swiftSettings: strict
        ),
        .target(
            name: "Jobs",
            dependencies: [
                "Deliveries", "JobQueue", "Ledger", "RedisClient", "Signing", "Telemetry",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "API",
            dependencies: [
                "Deliveries", "JobQueue", "Ledger", "Signing", "Telemetry",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("openapi.yaml")],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "Postback",
            dependencies: [
                "API", "Deliveries", "FaultPoints", "HTTPSender", "JobQueue", "Jobs", "Ledger", "PDFWorker",
                "RedisClient",
                "Relay", "Settings", "Signing", "Telemetry",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),

        // What tests share.
        .target(name: "ProgramTestSupport", path: "Tests/ProgramTestSupport", swiftSettings: strict),
        .target(
            name: "RedisTestSupport",
            dependencies: ["ProgramTestSupport"],
            path: "Tests/RedisTestSupport",
            swiftSettings: strict
        ),
        .target(
            name: "ReceiverTestSupport",
            dependencies: [
                "Deliveries",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            path: "Tests/ReceiverTestSupport",
            swiftSettings: strict
        ),
        .target(
            name: "LedgerConformance",
            dependencies: ["Deliveries", "Ledger"],
            path: "Tests/LedgerConformance",
            swiftSettings: strict
        ),

        .target(
            name: "SimulatedWorld",
            dependencies: ["Deliveries"],
            path: "Tests/SimulatedWorld",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "QueueWorker",
            dependencies: [
                "JobQueue", "RedisClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/QueueWorker",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "Simulate",
            dependencies: [
                "SimulatedWorld", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Simulate",
            swiftSettings: strict
        ),
        .target(
            name: "Fuzzing",
            dependencies: ["CCurl", "Deliveries", "RedisClient", "Settings", "Signing"],
            path: "Tests/Fuzzing",
            swiftSettings: strictAtC
        ),
        .executableTarget(
            name: "Fuzz",
            dependencies: ["Fuzzing", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Tests/Fuzz",
            swiftSettings: strict
        ),

        // One test target for each target, and four that are about the whole.
        .testTarget(name: "DeliveriesTests", dependencies: ["Deliveries"], swiftSettings: strict),
        .testTarget(name: "Simulation", dependencies: ["SimulatedWorld"], swiftSettings: strict),
        .testTarget(name: "SigningTests", dependencies: ["Signing"], swiftSettings: strict),
        .testTarget(
            name: "RedisClientTests",
            dependencies: [
                "RedisClient", "RedisTestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HTTPSenderTests",
            dependencies: ["Deliveries", "HTTPSender", "ReceiverTestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LedgerTests",
            dependencies: [
                "Deliveries", "Ledger", "LedgerConformance",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SettingsTests",
            dependencies: ["Deliveries", "Settings", "Signing"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TelemetryTests",
            dependencies: [
                "Telemetry", .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "JobQueueTests",
            dependencies: [
                "Deliveries", "JobQueue", "ProgramTestSupport", "QueueWorker", "RedisClient", "RedisTestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PDFWorkerTests",
            dependencies: [
                "Deliveries", "JobQueue", "PDFWorker", "Signing",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "JobsTests",
            dependencies: [
                "Deliveries", "JobQueue", "Jobs", "Ledger", "ReceiverTestSupport", "RedisClient", "RedisTestSupport",
                "Telemetry",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "Deliveries", "JobQueue", "Ledger", "Signing",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RelayTests",
            dependencies: [
                "Deliveries", "HTTPSender", "Ledger", "ReceiverTestSupport", "RedisClient", "RedisTestSupport", "Relay",
                "Signing", "Telemetry",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "FuzzTests",
            dependencies: ["Deliveries", "Fuzzing", "RedisClient", "Settings"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PostbackTests",
            dependencies: [
                "API", "Deliveries", "HTTPSender", "JobQueue", "Ledger", "PDFWorker", "Postback", "ReceiverTestSupport",
                "Relay", "Signing", "Telemetry",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Deliveries", "Postback", "ProgramTestSupport", "ReceiverTestSupport", "RedisTestSupport", "Signing",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CrashTests",
            dependencies: [
                "Deliveries", "FaultPoints", "Postback", "ProgramTestSupport", "ReceiverTestSupport", "RedisClient",
                "RedisTestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6]
)
