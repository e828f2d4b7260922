// A host in a process of its own, with data of its own: HOST names the program. With FOREIGN_DOOR=1 that is a node of a
// cluster which has no agent, and two further processes have them all.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
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
    this.children = [];
    const nodes = process.env.FOREIGN_DOOR === "1" ? await this.#cluster() : [[this.directory, []]];
    const [directory, options] = nodes.pop();
    for (const [directory, options] of nodes) await this.#spawn(directory, options, 0);
    this.port = await this.#spawn(directory, options, this.port);
  }

  // Starts one process; returns the port it listens on.
  async #spawn(directory, options, port) {
    const child = spawn(process.env.HOST, [directory, String(port), ...options], { stdio: ["ignore", "pipe", "inherit"] });
    this.children.push({ child, ended: new Promise((resolve) => child.once("exit", resolve)) });
    for await (const line of createInterface({ input: child.stdout })) {
      const found = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(line);
      if (!found) throw new Error(line);
      return Number(found[1]);
    }
    throw new Error("the host has ended");
  }

  // The directories and options of the nodes, the door last; written down at the first start.
  async #cluster() {
    const names = ["node1", "node2", "door"];
    const [file, secret] = [join(this.directory, "cluster.json"), join(this.directory, "cluster.secret")];
    if (!this.port) {
      const ports = await freePorts(names.length);
      const nodes = names.map((name, place) => ({
        name,
        peerAddress: `127.0.0.1:${ports[place]}`,
        weight: name === "door" ? 1e-6 : 1,
      }));
      writeFileSync(file, JSON.stringify({ epoch: 1, nodes }));
      writeFileSync(secret, "a secret of nodes under test");
    }
    return names.map((name) => [join(this.directory, name), ["--cluster", file, "--node", name, "--secret", secret]]);
  }

  async kill() {
    for (const { child } of this.children) child.kill("SIGKILL");
    await Promise.all(this.children.map(({ ended }) => ended));
  }

  async remove() {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  get origin() {
    return `127.0.0.1:${this.port}`;
  }
}

// Ports that nobody listens on.
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, () => new Promise((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
    })),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
