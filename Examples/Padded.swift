/// A number in 16 digits, so that keys sort as their numbers do.
func padded(_ number: some BinaryInteger) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(16 - digits.count, 0)) + digits
}
