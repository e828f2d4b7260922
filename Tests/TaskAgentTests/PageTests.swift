import DurableActors
import DurableActorsTestKit
import TaskAgent
import Testing

/// The page at `/`, as a browser fetches it.
@Suite struct PageTests {
    private func page(_ site: TaskSite, _ path: String, method: String = "GET") throws -> (Response, String) {
        let application = site.host.bindings
        return try site.host.run {
            let response = try await application.fetch(Request("http://host\(path)", method: method))
            return (response, try await response.text())
        }
    }

    @Test(arguments: [
        ("/", "text/html", "<!doctype html>"), ("/page.css", "text/css", ":root"),
        ("/page.js", "text/javascript", "import"),
        ("/client.js", "text/javascript", "export class"), ("/tasks.js", "text/javascript", "export class"),
        ("/schedules.js", "text/javascript", "export class"),
    ])
    func `each file is served with its type, and may load nothing from elsewhere`(
        path: String,
        type: String,
        part: String
    ) throws {
        let site = try TaskSite()
        let (response, text) = try page(site, path)
        #expect(response.status == 200)
        #expect(response.headers.get("content-type") == type + "; charset=utf-8")
        #expect(
            response.headers.get("content-security-policy")?.hasPrefix("default-src 'none'; script-src 'self'") == true
        )
        #expect(text.contains(part))
        #expect(try page(site, path, method: "POST").0.status == 405)
    }

    @Test func `whatever the page names is there`() throws {
        let site = try TaskSite()
        let html = try page(site, "/").1
        let texts = try html + page(site, "/page.js").1
        for name in texts.matches(of: /(?:href|src|from)[= ]"(\/[^"]+)"/).map(\.1) {
            #expect(try page(site, String(name)).0.status == 200, "\(name)")
        }
        let script = try page(site, "/page.js").1
        for id in script.matches(of: /byId\("([^"]+)"\)/).map(\.1) {
            #expect(html.contains(#"id="\#(id)""#), "\(id)")
        }
        for field in html.matches(of: /<(?:input|textarea) id="([^"]+)"/).map(\.1) {
            #expect(html.contains(#"<label for="\#(field)">"#), "\(field) has no label")
        }
    }
}
