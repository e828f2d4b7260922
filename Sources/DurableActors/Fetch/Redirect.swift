/// What is done with an answer that says to ask elsewhere.
public enum Redirect: Sendable {
    /// The other place is asked, up to 20 times in a row.
    case follow
    /// The answer is returned as it is.
    case manual
}

extension Request {
    /// How many redirects in a row are followed.
    static let maximumRedirects = 20

    /// The request to make instead, by the rules of the Web's `fetch`; nil when the answer is the one to return.
    func redirected(by response: Response, hops: Int) throws(DurableObjectError) -> Request? {
        guard redirect == .follow, [301, 302, 303, 307, 308].contains(response.status),
            let location = response.headers.get("location")
        else { return nil }
        guard let target = url.resolving(location) else {
            throw .typeError("Invalid Location header; unable to follow redirect.")
        }
        guard hops < Self.maximumRedirects else { throw .typeError("Too many redirects.") }
        if response.status != 303, case .stream? = body {
            throw .typeError(
                """
                A request with a one-time-use body (it was initialized from a stream, not a buffer) encountered a \
                redirect requiring the body to be retransmitted. To avoid this error in the future, construct this \
                request from a buffer-like body initializer.
                """
            )
        }
        var next = self
        next.url = target
        if (target.scheme, target.host) != (url.scheme, url.host) { next.headers.delete("authorization") }
        let becomesGet =
            response.status == 303 ? method != "HEAD" : [301, 302].contains(response.status) && method == "POST"
        if becomesGet {
            next.method = "GET"
            next.body = nil
        }
        return next
    }
}

extension RequestURL {
    /// Where a reference leads that was found at this address; nil when it leads nowhere that can be asked.
    func resolving(_ reference: String) -> RequestURL? {
        if reference.contains("://") {
            let whole = RequestURL(reference)
            return whole.host.isEmpty ? nil : whole
        }
        let text =
            if reference.hasPrefix("//") {
                "\(scheme):\(reference)"
            } else if reference.hasPrefix("/") {
                "\(scheme)://\(host)\(reference)"
            } else if reference.hasPrefix("?") {
                "\(scheme)://\(host)\(pathname)\(reference)"
            } else if reference.isEmpty || reference.hasPrefix("#") {
                description
            } else {
                "\(scheme)://\(host)\(Self.merged(pathname, reference))"
            }
        return RequestURL(text)
    }

    /// A relative path after the last slash of another, without its dots.
    private static func merged(_ base: String, _ reference: String) -> String {
        let cut = reference.firstIndex { $0 == "?" || $0 == "#" } ?? reference.endIndex
        var parts = base.split(separator: "/", omittingEmptySubsequences: false).dropLast().map(String.init)
        let steps = reference[..<cut].split(separator: "/", omittingEmptySubsequences: false)
        for (place, step) in steps.enumerated() {
            let isLast = place == steps.count - 1
            switch step {
            case ".": if isLast { parts.append("") }
            case "..":
                if parts.count > 1 { parts.removeLast() }
                if isLast { parts.append("") }
            default: parts.append(String(step))
            }
        }
        return parts.joined(separator: "/") + reference[cut...]
    }
}
