internal import Foundation

/// The machine's time in seconds since 1970, for what people read; decisions go by the server's.
func wallClockSeconds() -> Double { Date().timeIntervalSince1970 }
