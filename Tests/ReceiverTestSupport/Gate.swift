import Glibc

/// Something to wait for on a thread: closed until someone opens it, then open for good.
package final class Gate: Sendable {
    /// The end of a pipe that is readable once the gate is open.
    let descriptor: Int32
    private let writeEnd: Int32

    /// Makes a closed gate.
    package init() {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        for end in ends { Socket.keepFromChildren(end) }
        descriptor = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        close(descriptor)
        close(writeEnd)
    }

    /// Opens it. Opening it again does nothing more.
    package func open() {
        write(writeEnd, "!", 1)
    }
}
