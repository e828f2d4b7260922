internal import DurableActors

/// The page for people, at `/`: what a browser needs to sign in, open a session and follow its tasks.
///
/// Its files are in the program itself; they keep nothing on the host and load nothing from elsewhere.
struct Page {
    /// The answer to a request of the page; nil for every other.
    static func answer(_ request: Request) -> Response? {
        guard let file = files[request.url.pathname] else { return nil }
        guard request.method == "GET" || request.method == "HEAD" else {
            return Response("Method not allowed", status: 405, headers: ["allow": "GET, HEAD"])
        }
        return Response(
            headers: [
                "content-type": file.type + "; charset=utf-8",
                "cache-control": "no-cache",
                "content-security-policy":
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ws: wss:; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                "referrer-policy": "no-referrer",
                "x-content-type-options": "nosniff",
            ],
            body: .bytes(file.bytes)
        )
    }

    private static let files: [String: (type: String, bytes: [UInt8])] = [
        "/": ("text/html", PackageResources.index_html),
        "/page.css": ("text/css", PackageResources.page_css),
        "/page.js": ("text/javascript", PackageResources.page_js),
        "/client.js": ("text/javascript", PackageResources.client_js),
        "/tasks.js": ("text/javascript", PackageResources.tasks_js),
        "/schedules.js": ("text/javascript", PackageResources.schedules_js),
    ]
}
