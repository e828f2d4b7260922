// A headless Chromium, driven by the DevTools protocol.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const names = ["chromium", "chromium-browser", "google-chrome"];
const program = names.find((name) => spawnSync(name, ["--version"]).status === 0);

export class Browser {
  static exists = program !== undefined;
  problems = [];
  #next = 1;
  #pending = new Map();

  static async start() {
    const browser = new Browser();
    browser.directory = mkdtempSync(join(tmpdir(), "browser-"));
    const options = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0",
      `--user-data-dir=${browser.directory}`, "about:blank",
    ];
    browser.child = spawn(program, options, { stdio: ["ignore", "ignore", "pipe"] });
    browser.ended = new Promise((resolve) => browser.child.once("exit", resolve));
    for await (const line of createInterface({ input: browser.child.stderr })) {
      const found = /listening on ws:\/\/([^/]+)/.exec(line);
      if (!found) continue;
      const pages = await (await fetch(`http://${found[1]}/json/list`)).json();
      await browser.#attach(pages.find((page) => page.type === "page").webSocketDebuggerUrl);
      return browser;
    }
    throw new Error("the browser has ended");
  }

  async #attach(url) {
    this.socket = new WebSocket(url);
    await new Promise((resolve) => this.socket.addEventListener("open", resolve));
    this.socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(data)));
    for (const domain of ["Page", "Runtime", "Log"]) await this.#send(`${domain}.enable`);
  }

  #receive({ id, result, error, method, params }) {
    if (method === "Runtime.exceptionThrown") this.problems.push(params.exceptionDetails.exception?.description);
    if (method === "Log.entryAdded" && params.entry.level === "error") this.problems.push(params.entry.text);
    const entry = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) entry?.reject(new Error(error.message));
    else entry?.resolve(result);
  }

  #send(method, params = {}) {
    const id = this.#next++;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  async open(url, { width, height, mobile = false }) {
    await this.#send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile });
    await this.#send("Page.navigate", { url });
  }

  async dark(isDark) {
    const features = [{ name: "prefers-color-scheme", value: isDark ? "dark" : "light" }];
    await this.#send("Emulation.setEmulatedMedia", { features });
  }

  // The value of an expression in the page, which may be a promise.
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.#send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  // Waits until an expression holds: asked anew whenever something in the page has changed.
  async until(expression) {
    const watch = `new Promise((resolve, reject) => {
      const holds = () => { try { return Boolean(${expression}); } catch { return false; } };
      if (holds()) return resolve(true);
      const observer = new MutationObserver(() => { if (holds()) { observer.disconnect(); resolve(true); } });
      observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      addEventListener("load", () => holds() && resolve(true));
      setTimeout(() => reject(new Error("never: " + ${JSON.stringify(expression)} + "\\n" + document.body?.innerText)), 15000);
    })`;
    for (;;) {
      try {
        return await this.evaluate(watch);
      } catch (error) {
        // A page that is being left takes its promises along.
        if (!/context was destroyed|navigated|Cannot find context/.test(error.message)) throw error;
      }
    }
  }

  fill(id, text) {
    return this.evaluate(`{ const field = document.getElementById(${JSON.stringify(id)}); field.value = ${JSON.stringify(text)}; }`);
  }

  click(selector) {
    return this.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
  }

  // Keeps a picture of the page where SCREENSHOTS names a folder.
  async picture(name) {
    if (!process.env.SCREENSHOTS) return;
    const { data } = await this.#send("Page.captureScreenshot", { format: "png" });
    writeFileSync(join(process.env.SCREENSHOTS, `${name}.png`), Buffer.from(data, "base64"));
  }

  async close() {
    this.socket?.close();
    this.child.kill("SIGKILL");
    await this.ended;
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }
}
