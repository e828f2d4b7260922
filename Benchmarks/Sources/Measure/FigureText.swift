/// Writes figures for people.
enum FigureText {
    /// The figure with thousands separated, no decimals from 1,000 up, one from 10 up, three below.
    static func plain(_ figure: Double) -> String {
        guard figure.isFinite, abs(figure) < 1e15 else { return "\(figure)" }
        let decimals = abs(figure) >= 1_000 ? 0 : abs(figure) >= 10 ? 1 : 3
        return fixed(figure, decimals: decimals)
    }

    /// The duration in the unit that suits it.
    static func duration(nanoseconds: UInt64) -> String {
        switch nanoseconds {
        case ..<1_000: "\(nanoseconds) ns"
        case ..<1_000_000: fixed(Double(nanoseconds) / 1e3, decimals: 1) + " us"
        case ..<1_000_000_000: fixed(Double(nanoseconds) / 1e6, decimals: 1) + " ms"
        default: fixed(Double(nanoseconds) / 1e9, decimals: 1) + " s"
        }
    }

    /// The ratio with two decimals and a times sign.
    static func ratio(_ ratio: Double) -> String {
        guard ratio.isFinite, abs(ratio) < 1e12 else { return "\(ratio)x" }
        return fixed(ratio, decimals: 2) + "x"
    }

    private static func fixed(_ figure: Double, decimals: Int) -> String {
        let power = [1, 10, 100, 1_000][decimals]
        let scaled = Int((abs(figure) * Double(power)).rounded())
        let sign = figure < 0 && scaled > 0 ? "-" : ""
        let whole = grouped(String(scaled / power))
        guard decimals > 0 else { return sign + whole }
        let fraction = String(scaled % power)
        return sign + whole + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }

    private static func grouped(_ digits: String) -> String {
        var out = ""
        for (offset, digit) in digits.enumerated() {
            if offset > 0, (digits.count - offset).isMultiple(of: 3) { out.append(",") }
            out.append(digit)
        }
        return out
    }
}
