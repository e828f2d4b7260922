// A host in a process of its own, with data of its own: HOST names the program.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export class Host {
  directory = mkdtempSync(join(tmpdir(), "agent-host-"));
  port = 0;

  static async start() {
    const host = new Host();
    await host.start();
    return host;
  }

  // Starts the program, on the port it had before if it ran already.
  async start() {
    this.child = spawn(process.env.HOST, [this.directory, String(this.port)], { stdio: ["ignore", "pipe", "inherit"] });
    this.ended = new Promise((resolve) => this.child.once("exit", resolve));
    for await (const line of createInterface({ input: this.child.stdout })) {
      const found = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(line);
      if (!found) throw new Error(line);
      this.port = Number(found[1]);
      return;
    }
    throw new Error("the host has ended");
  }

  async kill() {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  async remove() {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  get origin() {
    return `127.0.0.1:${this.port}`;
  }
}
