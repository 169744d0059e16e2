"""Renders HTML to PDF for Postback: imports WeasyPrint once and forks a child for each document.

Frames on stdin and stdout: four bytes of length, then four bytes of length of a JSON header, the header, and what the
header announces (HTML and assets on the way in, the PDF on the way out). Lengths are big-endian. The end of stdin is the
end of this process and of every child.

A child trusts nothing that it renders. Before it reads the document it gives up, as far as this kernel lets it: the
network (a namespace of its own, and system calls refused by seccomp), files (Landlock: read libraries and fonts, write
its own empty directory), new programs and processes, capabilities, and anything beyond its share of time, memory and
output. Its fetcher knows the template's own assets by name, and nothing else.
"""
import ctypes
import gc
import json
import os
import platform
import resource
import selectors
import shutil
import signal
import struct
import sys
import tempfile
import time

# The base of relative addresses in templates. The name cannot exist (RFC 6761), and nobody looks it up.
BASE = "http://template.invalid/"

# How a child ends that has no memory left to say so.
OUT_OF_MEMORY = 3

libc = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 1, 22, 38, 24


def frame(header, body=b""):
    head = json.dumps(header, ensure_ascii=True).encode()
    return struct.pack(">II", 4 + len(head) + len(body), len(head)) + head + body


def write_all(descriptor, data):
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view):]


def one_line(text, limit=400):
    """Text for a person's eyes: one line, no control characters, not too long."""
    text = "".join(c if c.isprintable() else " " for c in str(text))
    text = " ".join(text.split())
    return text if len(text) <= limit else text[:limit] + "…"


# --- What a child gives up -------------------------------------------------------------------------------------------


def unshare_network():
    """A network namespace without interfaces, not even loopback. Where a user namespace is needed, it comes along."""
    CLONE_NEWNET, CLONE_NEWUSER, CLONE_NEWIPC = 0x40000000, 0x10000000, 0x08000000
    return (
        libc.unshare(CLONE_NEWNET | CLONE_NEWIPC) == 0 or libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) == 0
    )


class Landlock:
    """Which files may be touched, said to the kernel (landlock(7))."""

    CREATE, ADD, RESTRICT = 444, 445, 446
    EXECUTE, WRITE, READ, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
    # What the first version of the interface knows, and what later ones added.
    KNOWN = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}

    def __init__(self):
        self.version = libc.syscall(self.CREATE, None, ctypes.c_size_t(0), 1)
        handled = [rights for version, rights in self.KNOWN.items() if version <= self.version]
        self.handled = handled[-1] if handled else 0

    def restrict(self, readable, writable):
        if not self.handled:
            return False
        # From version 4 on, the second field refuses TCP: binding and connecting. From version 6 on, the third refuses abstract
        # Unix sockets of others, and signals to them.
        fields = [self.handled] + ([3] if self.version >= 4 else []) + ([3] if self.version >= 6 else [])
        attributes = struct.pack(f"={len(fields)}Q", *fields)
        rules = libc.syscall(self.CREATE, attributes, ctypes.c_size_t(len(attributes)), 0)
        if rules < 0:
            return False
        read = self.READ | self.READ_DIR
        file_rights = self.EXECUTE | self.WRITE | self.READ | (1 << 14) | (1 << 15)
        for paths, rights in ((readable, read), (writable, self.handled & ~self.EXECUTE)):
            for path in paths:
                try:
                    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
                except OSError:
                    continue
                allowed = rights & self.handled
                if not os.path.isdir(path):
                    allowed &= file_rights
                libc.syscall(self.ADD, rules, 1, struct.pack("=Qi", allowed, descriptor), 0)
                os.close(descriptor)
        done = libc.syscall(self.RESTRICT, rules, 0) == 0
        os.close(rules)
        return done


# System calls that fail with EPERM, and their numbers on x86_64 and aarch64; `None` where there is none.
REFUSED_CALLS = {
    # The network and other sockets.
    "accept": (43, 202), "bind": (49, 200), "connect": (42, 203), "listen": (50, 201), "sendmsg": (46, 211),
    "sendto": (44, 206), "socket": (41, 198), "socketpair": (53, 199),
    # New processes and programs.
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "setpgid": (109, 154), "setsid": (112, 157),
    "vfork": (58, None),
    # Other processes: signals, their memory, their share of the processors.
    "ioprio_set": (251, 30), "kill": (62, 129), "pidfd_getfd": (438, 438), "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "ptrace": (101, 117), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "sched_setaffinity": (203, 122), "sched_setattr": (314, 274), "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119), "setpriority": (141, 140), "tgkill": (234, 131), "tkill": (200, 130),
    # Whose a file is, its rights, times and attributes, and its end: none of that is Landlock's affair, or it was not at first.
    "chmod": (90, None), "chown": (92, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "fchown": (93, 55), "fchownat": (260, 54), "file_setattr": (469, 469), "fremovexattr": (199, 16), "fsetxattr": (190, 7),
    "futimesat": (261, None), "lchown": (94, None), "lremovexattr": (198, 15), "lsetxattr": (189, 6),
    "open_by_handle_at": (304, 265), "removexattr": (197, 14), "removexattrat": (466, 466), "setxattr": (188, 5),
    "setxattrat": (463, 463), "truncate": (76, 45), "utime": (132, None), "utimensat": (280, 88), "utimes": (235, None),
    # The kernel.
    "add_key": (248, 217), "bpf": (321, 280), "io_uring_setup": (425, 425), "keyctl": (250, 219),
    "memfd_create": (319, 279), "mount": (165, 40), "perf_event_open": (298, 241), "request_key": (249, 218),
    "setns": (308, 268), "umount2": (166, 39), "unshare": (272, 97), "userfaultfd": (323, 282),
}
# The architecture as seccomp knows it, the column above, and the calls that are looked at more closely.
MACHINES = {
    "x86_64": (0xC000003E, 0, {"clone": 56, "clone3": 435, "prlimit64": 302, "fcntl": 72, "prctl": 157}),
    "aarch64": (0xC00000B7, 1, {"clone": 220, "clone3": 435, "prlimit64": 261, "fcntl": 25, "prctl": 167}),
}


def refuse_calls():
    """A seccomp filter. Besides the calls above, clone fails unless it makes a thread, prlimit64 unless it is about the caller, fcntl
    where it would have a signal sent to others, and prctl where the child would outlive its helper."""
    known = MACHINES.get(platform.machine())
    if known is None:
        return False
    architecture, column, calls = known
    ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
    LOAD, EQUAL, GREATER_EQUAL, SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
    # Where seccomp has the number of a call, the architecture, and the lower halves of the first two arguments.
    NUMBER, ARCHITECTURE, FIRST, SECOND = 0, 4, 16, 24
    CLONE_THREAD = 0x00010000
    F_SETOWN, F_SETSIG, F_SETOWN_EX = 8, 10, 15
    program = [
        (LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, architecture), (RETURN, 0, 0, KILL), (LOAD, 0, 0, NUMBER),
        # The x32 calls of x86_64 have numbers of their own.
        (GREATER_EQUAL, 0, 1, 0x40000000), (RETURN, 0, 0, EPERM),
    ]
    for number in sorted(numbers[column] for numbers in REFUSED_CALLS.values() if numbers[column] is not None):
        program += [(EQUAL, 0, 1, number), (RETURN, 0, 0, EPERM)]
    program += [
        # The C library then falls back to clone.
        (EQUAL, 0, 1, calls["clone3"]), (RETURN, 0, 0, ENOSYS),
        # The process whose limits are meant is 32 bits wide; 0 is the caller.
        (EQUAL, 0, 4, calls["prlimit64"]), (LOAD, 0, 0, FIRST), (EQUAL, 1, 0, 0), (RETURN, 0, 0, EPERM), (RETURN, 0, 0, ALLOW),
        (EQUAL, 0, 4, calls["prctl"]), (LOAD, 0, 0, FIRST), (EQUAL, 0, 1, PR_SET_PDEATHSIG), (RETURN, 0, 0, EPERM),
        (RETURN, 0, 0, ALLOW),
        (EQUAL, 0, 6, calls["fcntl"]), (LOAD, 0, 0, SECOND), (EQUAL, 3, 0, F_SETOWN), (EQUAL, 2, 0, F_SETSIG),
        (EQUAL, 1, 0, F_SETOWN_EX), (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, EPERM),
        (EQUAL, 0, 4, calls["clone"]), (LOAD, 0, 0, FIRST), (SET, 0, 1, CLONE_THREAD), (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, EPERM),
        (RETURN, 0, 0, ALLOW),
    ]
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    # A sock_fprog: how many instructions, and where they are.
    fprog = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    return libc.prctl(PR_SET_SECCOMP, 2, fprog, 0, 0) == 0


def drop_capabilities():
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = struct.pack("=Ii", 0x20080522, 0)
    libc.capset(header, struct.pack("=6I", 0, 0, 0, 0, 0, 0))


def readable_paths():
    """Libraries, Python's own modules and fonts: all that rendering reads."""
    home = os.environ.get("HOME", "/nonexistent")
    paths = {
        "/usr", "/lib", "/lib64", "/etc/fonts", "/etc/ld.so.cache", "/etc/mime.types", "/var/cache/fontconfig",
        "/dev/urandom", "/dev/null", home + "/.fonts", home + "/.local/share/fonts", home + "/.config/fontconfig",
        home + "/.cache/fontconfig", sys.prefix, sys.base_prefix,
    }
    return sorted(paths)


def lock_down(job, directory):
    """Returns what could not be had. Threads stay allowed: Pango looks for fonts in one."""
    missing = []
    memory = job["memory"]
    for limit, value in (
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, job["output"]), (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CPU, job["seconds"] + 1), (resource.RLIMIT_AS, memory),
    ):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):
            missing.append("limits")
    os.umask(0o077)
    os.chdir(directory)
    tempfile.tempdir = directory
    if not unshare_network():
        missing.append("network namespace")
    drop_capabilities()
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        missing.append("no_new_privs")
    if not Landlock().restrict(readable_paths(), [directory]):
        missing.append("Landlock")
    if not refuse_calls():
        missing.append("seccomp")
    os.environ.clear()
    return missing


# --- The child -------------------------------------------------------------------------------------------------------


def make_fetcher(assets, asked_for):
    from urllib.parse import unquote

    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class AssetFetcher(URLFetcher):
        """Knows the template's own assets and data: addresses. Never calls what it inherits with any other address."""

        def __init__(self):
            super().__init__(allowed_protocols={"data"}, allow_redirects=False, fail_on_errors=True)

        def fetch(self, url, headers=None):
            if url.startswith("data:"):
                return super().fetch(url, headers)
            if url.startswith(BASE):
                name = unquote(url[len(BASE):].split("#")[0].split("?")[0])
                if name in assets:
                    media_type, body = assets[name]
                    return URLFetcherResponse(url, body, {"Content-Type": media_type})
                url = name
            asked_for.append(url)
            raise ValueError("not an asset of the template")

    return AssetFetcher()


def render(job, html, assets):
    """The PDF of a document, and a header that tells of it."""
    import logging

    import weasyprint

    warnings, asked_for, unreadable = [], [], []

    class Collector(logging.Handler):
        def emit(self, record):
            # WeasyPrint leaves such an image out; whoever reads the document would not know that it is missing.
            if str(record.msg).startswith(("Failed to load image", "Failed to render SVG image")):
                unreadable.append(one_line(record.getMessage().replace(BASE, ""), 200).rstrip(": "))
            elif len(warnings) < 20:
                warnings.append(one_line(record.getMessage(), 200))

    logger = logging.getLogger("weasyprint")
    logger.handlers = [Collector(level=logging.WARNING)]
    started = time.monotonic()
    fetcher = make_fetcher(assets, asked_for)
    try:
        document = weasyprint.HTML(string=html, base_url=BASE, url_fetcher=fetcher).render()
        pages = len(document.pages)
        if pages > job["pages"]:
            return {"failed": "pages", "message": f"has {pages} pages, and {job['pages']} are allowed"}, b""
        metadata = document.metadata
        metadata.title = metadata.title or job["title"]
        metadata.authors = metadata.authors or ([job["author"]] if job.get("author") else [])
        metadata.created = metadata.modified = job["created"]
        pdf = document.write_pdf(pdf_identifier=job["identifier"].encode())
    except (Exception, weasyprint.urls.FatalURLFetchingError) as error:
        # Libraries in C that get no memory raise SystemError now and then.
        if isinstance(error, (MemoryError, SystemError)):
            raise MemoryError from error
        if asked_for:
            return {"failed": "asset", "message": one_line(asked_for[0], 200)}, b""
        return {"failed": "template", "message": one_line(f"{type(error).__name__}: {error}")}, b""
    if asked_for:
        return {"failed": "asset", "message": one_line(asked_for[0], 200)}, b""
    if unreadable:
        return {"failed": "template", "message": unreadable[0]}, b""
    if len(pdf) > job["output"]:
        return {"failed": "output", "message": f"has {len(pdf)} bytes, and {job['output']} are allowed"}, b""
    milliseconds = round((time.monotonic() - started) * 1000)
    return {"pages": pages, "milliseconds": milliseconds, "warnings": warnings}, pdf


def run_child(job, html, assets, directory, output):
    """Never returns."""
    try:
        missing = lock_down(job, directory)
        try:
            header, pdf = render(job, html, assets)
        except (MemoryError, RecursionError) as error:
            html = assets = None
            kind = "memory" if isinstance(error, MemoryError) else "template"
            header, pdf = {"failed": kind, "message": "is nested too deeply" if kind == "template" else ""}, b""
        header["missing"] = missing
        write_all(output, frame(header, pdf))
    except BaseException as error:  # whatever happens, this is a child
        try:
            if isinstance(error, MemoryError):
                raise
            write_all(output, frame({"failed": "defect", "message": one_line(f"{type(error).__name__}: {error}")}))
        except MemoryError:
            # Not even an answer can be made without memory.
            os._exit(OUT_OF_MEMORY)
        except BaseException:
            pass
    os._exit(0)


# --- The parent ------------------------------------------------------------------------------------------------------


class Child:
    def __init__(self, job, process, pipe, directory):
        self.id = job["id"]
        self.process = process
        self.pipe = pipe
        self.directory = directory
        self.deadline = time.monotonic() + job["seconds"]
        self.memory = job["memory"]
        self.limit = job["output"] + (1 << 20)
        self.received = bytearray()

    def kill(self):
        """The child and all that it may have started."""
        for kill in (os.killpg, os.kill):
            try:
                kill(self.process, signal.SIGKILL)
            except OSError:
                pass

    def reap(self):
        self.kill()
        _, status = os.waitpid(self.process, 0)
        os.close(self.pipe)
        shutil.rmtree(self.directory, ignore_errors=True)
        return status


# What a child may say of itself. The other words are this process' own.
CHILDS_FAILURES = ("pages", "asset", "template", "output", "memory", "defect")
GUARDS = ("limits", "network namespace", "no_new_privs", "Landlock", "seccomp")


def read_answer(data):
    """A child's answer, header and PDF; `None` if it is none. A document may have taken the child over: nothing but what is expected is
    passed on."""
    if len(data) < 8:
        return None
    length, head = struct.unpack_from(">II", data)
    if len(data) != 4 + length:
        return None
    try:
        header = json.loads(bytes(data[8 : 8 + head]))
    except (ValueError, RecursionError):
        return None
    if not isinstance(header, dict):
        return None
    said = {name: header[name] if isinstance(header.get(name), list) else [] for name in ("missing", "warnings")}
    missing = [name for name in GUARDS if name in said["missing"]]
    if "failed" in header:
        failed = header["failed"] if header["failed"] in CHILDS_FAILURES else "defect"
        return {"failed": failed, "message": one_line(header.get("message", "")), "missing": missing}, b""
    numbers = {name: header.get(name) for name in ("pages", "milliseconds")}
    if not all(type(number) is int and 0 <= number < 1 << 31 for number in numbers.values()):
        return None
    warnings = [one_line(line, 200) for line in said["warnings"][:20]]
    return {**numbers, "warnings": warnings, "missing": missing}, bytes(data[8 + head :])


class Helper:
    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.children = {}
        self.received = bytearray()
        self.work_directory = None

    def say(self, header, body=b""):
        write_all(1, frame(header, body))

    def start(self, job, blobs):
        html = bytes(blobs[: job["html"]]).decode("utf-8")
        place = job["html"]
        assets = {}
        for name, media_type, size in job["assets"]:
            assets[name] = (media_type, bytes(blobs[place : place + size]))
            place += size
        directory, ends = None, ()
        try:
            directory = tempfile.mkdtemp(prefix="job-", dir=self.work_directory)
            ends = os.pipe()
            process = os.fork()
        except OSError as error:
            # A full disk, or too many processes: no document's fault.
            for end in ends:
                os.close(end)
            if directory is not None:
                shutil.rmtree(directory, ignore_errors=True)
            self.say({"id": job["id"], "failed": "unavailable", "message": one_line(error)})
            return
        reader, writer = ends
        if process == 0:
            try:
                os.setsid()
                libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
                if os.getppid() != self.process:
                    os._exit(1)
                os.dup2(os.open("/dev/null", os.O_RDWR), 0)
                os.dup2(0, 1)
                keep = os.dup2(writer, 3, inheritable=False) if writer != 3 else 3
                os.closerange(4, 1 << 16)
                run_child(job, html, assets, directory, keep)
            finally:
                # Never back into the parent's code, which ends the other children.
                os._exit(1)
        os.close(writer)
        child = Child(job, process, reader, directory)
        self.children[child.id] = child
        self.selector.register(reader, selectors.EVENT_READ, child)

    def finish(self, child, failed=None):
        self.selector.unregister(child.pipe)
        del self.children[child.id]
        status = child.reap()
        if failed is not None:
            self.say({"id": child.id, "failed": failed, "message": ""})
            return
        answer = read_answer(child.received)
        if answer is not None:
            header, pdf = answer
            self.say({"id": child.id, **header}, pdf)
            return
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        has_no_memory = os.WIFEXITED(status) and os.WEXITSTATUS(status) == OUT_OF_MEMORY
        if number == signal.SIGXCPU:
            failed = "time"
        elif has_no_memory or number in (signal.SIGABRT, signal.SIGTRAP, signal.SIGSEGV, signal.SIGBUS):
            # Libraries in C end the process when they get no memory. SIGKILL is not among these: it comes from outside, from a
            # system that is short of memory or from a person, and another try may do.
            failed = "memory"
        else:
            failed = "defect"
        self.say({"id": child.id, "failed": failed, "message": f"signal {number}" if number else "no answer"})

    def take(self, header, blobs):
        if header["op"] == "render":
            self.start(header, blobs)
        elif header["op"] == "cancel" and header["id"] in self.children:
            self.finish(self.children[header["id"]], failed="cancelled")

    def read_requests(self):
        data = os.read(0, 1 << 20)
        if not data:
            return False
        self.received += data
        while len(self.received) >= 8:
            length, head = struct.unpack_from(">II", self.received)
            if len(self.received) < 4 + length:
                break
            whole = bytes(self.received[8 : 4 + length])
            del self.received[: 4 + length]
            self.take(json.loads(whole[:head]), memoryview(whole)[head:])
        return True

    def read_child(self, child):
        data = os.read(child.pipe, 1 << 20)
        child.received += data
        if not data:
            self.finish(child)
        elif len(child.received) > child.limit:
            self.finish(child, failed="output")

    def serve(self, work_directory):
        self.process = os.getpid()
        self.work_directory = work_directory
        self.selector.register(0, selectors.EVENT_READ, None)
        while True:
            now = time.monotonic()
            for child in [child for child in self.children.values() if child.deadline <= now]:
                self.finish(child, failed="time")
            deadlines = [child.deadline for child in self.children.values()]
            wait = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
            for key, _ in self.selector.select(wait):
                if key.data is None:
                    if not self.read_requests():
                        return
                elif self.children.get(key.data.id) is key.data:
                    self.read_child(key.data)

    def end(self):
        for child in list(self.children.values()):
            child.reap()


def main(work_directory):
    # A service manager and a terminal signal all processes of a service at once. Documents under way have the worker's grace: it
    # ends this process when they are done, by closing its input.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.environ["PATH"] = "/usr/local/bin:/usr/bin:/bin"
    os.chdir(work_directory)
    helper = Helper()
    try:
        import weasyprint
    except Exception as error:
        helper.say({"op": "unusable", "message": one_line(f"{type(error).__name__}: {error}")})
        return
    # Fonts, style sheets and code paths are read once, before the first fork.
    weasyprint.HTML(string="<p>1 <b>2</b><table><tr><td>3</table>").write_pdf()
    gc.collect()
    gc.freeze()
    helper.say({"op": "ready", "engine": f"WeasyPrint {weasyprint.__version__}"})
    try:
        helper.serve(work_directory)
    finally:
        helper.end()


if __name__ == "__main__":
    main(sys.argv[1])
