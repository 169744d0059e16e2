extension Optional<String> {
    /// Whether two tenants are one, byte for byte, as the ledger and Redis compare them: Swift holds two spellings of one character to be
    /// equal, and nobody's tenant is another's because their names look alike.
    package func hasSameBytes(as other: String?) -> Bool {
        switch (self, other) {
        case (nil, nil): true
        case (let own?, let other?): own.utf8.elementsEqual(other.utf8)
        default: false
        }
    }
}
