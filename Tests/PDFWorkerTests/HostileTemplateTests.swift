import Foundation
import Glibc
import JobQueue
import Testing

@testable import PDFWorker

/// Templates and data that want more than a document: each is a failed job with one line, and the next job works.
@Suite struct HostileTemplateTests {
    @Test func `nothing outside the template's assets is fetched or embedded`() async throws {
        let listener = try LoopbackListener()
        let secret = try Folder()
        try secret.write("top secret", to: "secret.txt")
        try secret.write("p::after { content: 'top secret' }", to: "secret.css")
        let web = "http://127.0.0.1:\(listener.port)"
        let file = "file://\(secret.path)"
        try await Bench.run { bench in
            for template in [
                "<link rel=stylesheet href=\"\(web)/a.css\"><p>x", "<img src=\"\(web)/a.png\">",
                "<style>@import url(\(web)/a.css)</style>x",
                "<p style=\"background: url(\(web)/a.png)\">x",
                "<style>@font-face{font-family:f;src:url(\(web)/f.woff)}p{font-family:f}</style><p>x",
                "<link rel=attachment href=\"\(file)/secret.txt\"><p>x",
                "<a rel=attachment href=\"\(file)/secret.txt\">x</a>",
                "<link rel=stylesheet href=\"\(file)/secret.css\"><p>x", "<img src=\"\(file)/secret.txt\">",
                "<embed src=\"\(file)/secret.txt\">",
                "<object data=\"\(file)/secret.txt\"></object>", "<base href=\"\(file)/\"><img src=\"secret.txt\">",
                "<img src=\"/etc/passwd\">", "<img src=\"../secret.txt\">",
                "<img src=\"//127.0.0.1:\(listener.port)/a.png\">",
                "<img src=\"ftp://127.0.0.1:\(listener.port)/a\">", "<img src=\"missing.png\">",
                "<svg xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=9 height=9><image href=\"\(file)/secret.txt\" width=9 height=9 /></svg>",
            ] {
                let error = try await bench.failure(of: template)
                #expect(error.message.hasPrefix("the template asks for \""), "\(template): \(error.message)")
                #expect(error.message.hasSuffix("\", which is not one of its assets"))
                #expect(!error.isRetriable)
            }
            let svg =
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><image href=\"\(web)/a.png\" width=\"9\" height=\"9\"/></svg>"
            let nested = try await bench.failure(of: "<img src=\"a.svg\">", files: ["a.svg": svg])
            #expect(nested.message.contains("is not one of its assets"))

            // Not even looked at.
            try bench.templates.product("use", "<svg width=9 height=9><use href=\"\(web)/a.svg#x\"/></svg>")
            #expect(try await bench.run(claimed("use"))["pages"] == .number("1"))

            try bench.templates.product("photo", "<img src=\"{{photo}}\">")
            let error = await #expect(throws: JobFailure.self) {
                try await bench.run(claimed("photo", data: #"{"photo":"\#(file)/secret.txt"}"#))
            }
            #expect(error?.message.contains("is not one of its assets") == true)
            let entity =
                "<!DOCTYPE svg [<!ENTITY x SYSTEM \"\(file)/secret.txt\">]><svg xmlns=\"http://www.w3.org/2000/svg\"><text>&x;</text></svg>"
            try bench.templates.product("entity", "<img src=\"a.svg\"><p>x", files: ["a.svg": entity])
            let job = claimed("entity")
            _ = try? await bench.run(job)
            #expect(!String(decoding: bench.document(job), as: UTF8.self).contains("top secret"))
        }
        #expect(!listener.wasCalled)
    }

    @Test func `an image that cannot be read ends the job, and is named`() async throws {
        try await Bench.run { bench in
            for (name, content) in [("a.png", "no image"), ("b.svg", "<svg>")] {
                let failure = try await bench.failure(of: "<p>x<img src='\(name)'>", files: [name: content])
                #expect(failure.message.contains(name) && !failure.isRetriable, "\(failure)")
            }
        }
    }

    @Test func `a document that does not end is ended, with its process group, and the next one is made`() async throws
    {
        try await Bench.run(limits: RenderLimits(time: .seconds(2))) { bench in
            try bench.templates.product("good", "<p>good")
            let slow =
                "<style>@page { size: 2mm 2mm; margin: 0 }</style>" + String(repeating: "<p>x y z</p>", count: 20_000)
            let clock = ContinuousClock()
            let start = clock.now
            let error = try await bench.failure(of: slow)
            #expect(error == JobFailure("the document took longer than its time limit", isRetriable: false))
            #expect(clock.now - start < .seconds(20))
            let helper = try await bench.helper()
            #expect(try await eventually { children(of: helper).isEmpty })
            #expect(Self.leftovers(in: bench).isEmpty)
            _ = try await bench.run(claimed("good"))
        }
    }

    @Test func `a document that wants too much memory is ended, and the next one is made`() async throws {
        try await Bench.run(limits: RenderLimits(time: .seconds(100), memory: 300 << 20)) { bench in
            try bench.templates.product("good", "<p>good")
            let large = "<table>" + String(repeating: "<tr><td>a<td>b<td>c<td>d", count: 40_000) + "</table>"
            let error = try await bench.failure(of: large, timeout: .seconds(100))
            #expect(error == JobFailure("the document needs more memory than it may have", isRetriable: false))
            _ = try await bench.run(claimed("good"))
        }
    }

    @Test func `too many pages, too many bytes and broken style sheets are told apart`() async throws {
        try await Bench.run(limits: RenderLimits(time: .seconds(60), output: 20_000, pages: 3)) { bench in
            let pages = String(repeating: "<p style=\"break-after: page\">x</p>", count: 4)
            #expect(try await bench.failure(of: pages).message == "the document has 4 pages, and 3 are allowed")
            let words = (0..<60_000).map { String($0 &* 2_654_435_761 & 0xFFFF_FFFF, radix: 36) }.joined(separator: " ")
            let large = try await bench.failure(
                of: "<style>@page{size:3000mm 3000mm}</style><p style=\"font-size: 4pt\">\(words)"
            )
            #expect(
                large.message.hasPrefix("the document has ") && large.message.hasSuffix(" bytes, and 20000 are allowed")
            )
            try bench.templates.product(
                "broken",
                "<link rel=stylesheet href=\"a.css\"><p>x",
                files: ["a.css": "} { @@ p { colour: \u{1}"]
            )
            #expect(try await bench.run(claimed("broken"))["pages"] == .number("1"))
        }
    }

    @Test func `a cancelled job's processes are gone before the handler returns`() async throws {
        try await Bench.run { bench in
            try bench.templates.product(
                "slow",
                "<style>@page { size: 2mm 2mm; margin: 0 }</style>" + String(repeating: "<p>x y z</p>", count: 20_000)
            )
            try bench.templates.product("good", "<p>good")
            let helper = try await bench.helper()
            let task = Task { try await bench.run(claimed("slow")) }
            #expect(try await eventually { !children(of: helper).isEmpty })
            let child = try #require(children(of: helper).first)
            task.cancel()
            await #expect(throws: JobFailure.self) { try await task.value }
            #expect(children(of: helper).isEmpty)
            #expect(kill(-child, 0) != 0)
            _ = try await bench.run(claimed("good"))
        }
    }

    @Test func `a signal to all processes of a service ends neither the helper nor a document`() async throws {
        try await Bench.run { bench in
            try bench.templates.product("many", String(repeating: "<p style='break-after: page'>x y z</p>", count: 400))
            let helper = try await bench.helper()
            let task = Task { try await bench.run(claimed("many")) }
            #expect(try await eventually { !children(of: helper).isEmpty })
            for process in [helper] + children(of: helper) { kill(process, SIGTERM) }
            #expect(try await task.value["pages"] == .number("400"))
            #expect(try await bench.helper() == helper)
        }
    }

    @Test func `a document whose process is killed from outside may be tried again`() async throws {
        try await Bench.run { bench in
            try bench.templates.product(
                "slow",
                "<style>@page { size: 2mm 2mm; margin: 0 }</style>" + String(repeating: "<p>x y z</p>", count: 20_000)
            )
            let helper = try await bench.helper()
            let task = Task { try await bench.run(claimed("slow")) }
            #expect(try await eventually { !children(of: helper).isEmpty })
            kill(try #require(children(of: helper).first), SIGKILL)
            let failure = await #expect(throws: JobFailure.self) { try await task.value }
            #expect(failure == JobFailure("the renderer failed: signal 9", isRetriable: true))
        }
    }

    @Test func `a helper that is killed takes its documents along, and the next job works`() async throws {
        try await Bench.run { bench in
            try bench.templates.product(
                "slow",
                "<style>@page { size: 2mm 2mm; margin: 0 }</style>" + String(repeating: "<p>x y z</p>", count: 20_000)
            )
            try bench.templates.product("good", "<p>good")
            let helper = try await bench.helper()
            let task = Task { try await bench.run(claimed("slow")) }
            #expect(try await eventually { !children(of: helper).isEmpty })
            let child = try #require(children(of: helper).first)
            kill(helper, SIGKILL)
            await #expect(throws: JobFailure("the renderer ended", isRetriable: true)) { try await task.value }
            #expect(try await eventually { processes().allSatisfy { $0.id != child } })
            _ = try await bench.run(claimed("good"))
            #expect(try await bench.helper() != helper)
            #expect(try await eventually { Self.leftovers(in: bench).isEmpty })
        }
    }

    /// The directories of documents.
    private static func leftovers(in bench: Bench) -> [String] {
        (FileManager.default.subpaths(atPath: bench.files.path + "/work") ?? []).filter { $0.contains("job-") }
    }

    @Test func `an engine that is not there is said once, with what to do about it`() async throws {
        let folder = try Folder()
        for (python, expected) in [
            (folder.path + "/python3", "cannot start \(folder.path)/python3: run deploy/setup, or set worker.python"),
            ("/usr/bin/python3", "/usr/bin/python3 cannot import WeasyPrint: run deploy/setup, or set worker.python"),
        ] {
            let renderer = WeasyPrintRenderer(python: python, workDirectory: folder.path + "/work", logger: .none)
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await renderer.run() }
                defer { tasks.cancelAll() }
                let error = await #expect(throws: RenderFailure.self) { try await renderer.ready() }
                #expect(error?.code == .unavailable)
                #expect(error?.reason.hasPrefix(expected) == true, "\(error?.reason ?? "")")
            }
        }
    }

    @Test func `what a child answers that was taken over is not passed on`() throws {
        let probe = """
            import json, struct, sys
            names = {"__name__": "renderer"}
            exec(compile(open(sys.argv[1]).read(), "renderer.py", "exec"), names)
            def answer(head, body=b""):
                return names["read_answer"](bytearray(struct.pack(">II", 4 + len(head) + len(body), len(head)) + head + body))
            good = answer(b'{"op":"unusable","id":7,"pages":1,"milliseconds":2,"warnings":["a\\\\nb",1],"missing":["seccomp","x"]}', b"%PDF-")
            failed = [answer(b'{"failed":%s,"message":"m"}' % word)[0]["failed"] for word in (b'"asset"', b'"unavailable"', b'[]')]
            bad = [
                answer(b"[]"), answer(b"{"), answer(b"[" * 100000), answer(b"\\xff"), names["read_answer"](bytearray(b"1234")),
                answer(b'{"pages":NaN,"milliseconds":1}'), answer(b'{"pages":1e999,"milliseconds":1}'), answer(b"{}"),
            ]
            print(json.dumps([good[0], good[1].decode(), failed, bad]))
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: testPython)
        process.arguments = ["-s", "-c", probe, repository + "/Sources/PDFWorker/Helper/renderer.py"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let answer = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let header = #"{"pages": 1, "milliseconds": 2, "warnings": ["a b", "1"], "missing": ["seccomp"]}"#
        let nothing = Array(repeating: "null", count: 8).joined(separator: ", ")
        #expect(answer == "[\(header), \"%PDF-\", [\"asset\", \"defect\", \"defect\"], [\(nothing)]]\n")
    }

    /// The guards are the kernel's: they hold when all of the engine, fetcher included, is in the attacker's hands.
    @Test func `a child cannot read, write, connect, start or fork anything, whatever code it runs`() throws {
        let folder = try Folder()
        try folder.write("top secret", to: "secret.txt")
        try FileManager.default.createDirectory(atPath: folder.path + "/work", withIntermediateDirectories: true)
        let listener = try LoopbackListener()
        let probe = """
            import fcntl, json, os, resource, socket, sys, threading
            source, secret, work, port = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
            names = {"__name__": "renderer"}
            exec(compile(open(source).read(), "renderer.py", "exec"), names)
            # As an unprivileged user, where the tests have the right to become one: limits count for root in part only.
            if os.getuid() == 0:
                os.chown(work, 65534, 65534)
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            limits = {"memory": 1 << 30, "output": 1 << 20, "seconds": 10}
            missing = names["lock_down"](limits, work)
            def attempt(action):
                try:
                    action()
                    return "done"
                except BaseException as error:
                    return type(error).__name__
            def connect():
                socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect(("127.0.0.1", port))
            def start_thread():
                thread = threading.Thread(target=lambda: None)
                thread.start()
                thread.join()
            def call(number, *arguments):
                import ctypes
                libc = ctypes.CDLL(None, use_errno=True)
                if libc.syscall(number, *arguments) != 0:
                    raise OSError(ctypes.get_errno(), "refused")
            # By their numbers on x86_64 and aarch64.
            column = 0 if os.uname().machine == "x86_64" else 1
            buffer = bytes(128)
            def write_much():
                with open(work + "/large", "wb") as file:
                    for _ in range(4): file.write(b"x" * (1 << 20))
            results = {
                "missing": missing,
                "read": attempt(lambda: open(secret).read()),
                "home": attempt(lambda: os.listdir(os.path.dirname(secret))),
                "write": attempt(lambda: open(secret, "w")),
                "passwd": attempt(lambda: open("/etc/passwd").read()),
                "proc": attempt(lambda: open("/proc/1/environ").read()),
                "connect": attempt(connect),
                "unix": attempt(lambda: socket.socket(socket.AF_UNIX)),
                "fork": attempt(os.fork),
                "thread": attempt(start_thread),
                "execute": attempt(lambda: os.execv("/bin/true", ["true"])),
                "kill": attempt(lambda: os.kill(os.getppid(), 0)),
                "signal": attempt(lambda: call((129, 138)[column], os.getppid(), 0, buffer)),
                "limits of another": attempt(lambda: call((302, 261)[column], os.getppid(), 7, None, buffer)),
                "owner": attempt(lambda: fcntl.fcntl(1, 8, os.getppid())),
                "processors": attempt(lambda: call((203, 122)[column], os.getppid(), 128, buffer)),
                "own limits": attempt(lambda: resource.getrlimit(resource.RLIMIT_NOFILE)),
                "much": attempt(write_much),
                "memory": attempt(lambda: bytearray(2 << 30)),
                "own": attempt(lambda: open(work + "/font", "w").write("x")),
                "mode": attempt(lambda: os.chmod(work + "/font", 0o777)),
                "mode of an open file": attempt(lambda: os.fchmod(os.open(work + "/font", os.O_RDONLY), 0o777)),
                "times": attempt(lambda: os.utime(work + "/font", (0, 0))),
                "attributes": attempt(lambda: os.setxattr(work + "/font", "user.a", b"1")),
                "end": attempt(lambda: os.truncate(work + "/font", 0)),
                "life": attempt(lambda: call((157, 167)[column], 1, 0, 0, 0, 0)),
                "name": attempt(lambda: call((157, 167)[column], 15, b"other", 0, 0, 0)),
                "environment": dict(os.environ),
            }
            os.write(1, json.dumps(results).encode())
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: testPython)
        process.arguments = [
            "-s", "-c", probe, repository + "/Sources/PDFWorker/Helper/renderer.py", folder.path + "/secret.txt",
            folder.path + "/work", "\(listener.port)",
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let answer = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let results = try #require(try JSONSerialization.jsonObject(with: answer) as? [String: Any])
        #expect(results["own"] as? String == "done")
        // Pango needs one.
        #expect(results["thread"] as? String == "done")
        #expect(results["memory"] as? String == "MemoryError")
        #expect(results["much"] as? String == "OSError")
        #expect((results["environment"] as? [String: String])?.isEmpty == true)
        // A machine may lack a part, and the worker says so then; what is there must hold.
        let missing = try #require(results["missing"] as? [String])
        if !missing.contains("Landlock") {
            for name in ["read", "home", "write", "passwd", "proc"] {
                #expect(results[name] as? String == "PermissionError", "\(name)")
            }
        }
        if !missing.contains("seccomp") {
            for name in [
                "connect", "unix", "fork", "execute", "kill", "signal", "owner", "limits of another", "processors",
                "mode",
                "mode of an open file", "times", "attributes", "end", "life",
            ] {
                #expect(results[name] as? String == "PermissionError", "\(name)")
            }
            #expect(results["own limits"] as? String == "done")
        }
        #expect(!listener.wasCalled)
    }
}
