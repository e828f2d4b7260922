/// The name of a class or binding as it stands in a URL.
package enum KebabCase {
    /// Converts a name the way the Agents SDK does, its peculiarities included.
    ///
    /// A name all in capitals is lowered whole. Else each ASCII capital becomes a hyphen and its lower case, one leading
    /// and one trailing hyphen are dropped, and underscores become hyphens.
    package static func convert(_ name: String) -> String {
        if name == name.uppercased(), name != name.lowercased() {
            return name.lowercased().replacing("_", with: "-")
        }
        var result = ""
        for character in name.unicodeScalars {
            if ("A"..."Z").contains(character) {
                result += "-" + String(character).lowercased()
            } else {
                result.unicodeScalars.append(character)
            }
        }
        if result.hasPrefix("-") { result.removeFirst() }
        result = result.replacing("_", with: "-")
        if result.hasSuffix("-") { result.removeLast() }
        return result
    }
}
