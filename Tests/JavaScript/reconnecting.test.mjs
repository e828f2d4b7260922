import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import { after, before, test } from "node:test";
import { AgentClient } from "./agent-client.mjs";
import { Host } from "./host.mjs";

// A way to the host that can be cut.
class Wire {
  #sockets = new Set();

  static async to(port) {
    const wire = new Wire();
    wire.server = createServer((near) => {
      const far = connect(port, "127.0.0.1");
      for (const socket of [near, far]) {
        wire.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => wire.#sockets.delete(socket));
      }
      near.pipe(far).pipe(near);
    });
    await new Promise((resolve) => wire.server.listen(0, "127.0.0.1", resolve));
    wire.origin = `127.0.0.1:${wire.server.address().port}`;
    return wire;
  }

  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }
}

let host;
before(async () => (host = await Host.start()));
after(async () => {
  await AgentClient.closeAll();
  await host.remove();
});
const open = (name) => new AgentClient({ host: host.origin, name, firstWait: 20, query: { greet: "1" } }).skipWelcome();

test("a client that was sent away with these codes comes back with its own id", async () => {
  const one = await open("codes");
  for (const code of [1000, 1001, 1011, 3000]) {
    const greeting = await one.next();
    assert.match(greeting, new RegExp(one.id));
    one.send(`close ${code}`);
    await one.until(() => one.closes.length > 0);
    assert.deepEqual(one.closes.pop(), [code, "as asked"]);
    await one.ready;
    await one.skipWelcome();
  }
  await one.close();
});

test("a client that was turned away with 1008 or above 4000 knows it", async () => {
  for (const code of [1008, 4000, 4999]) {
    const one = await open("turned away");
    one.send(`close ${code}`);
    await one.until(() => one.closes.length > 0);
    assert.deepEqual(one.closes, [[code, "as asked"]]);
    assert.equal(one.retry, undefined);
  }
});

test("a cut is a loss at both ends, and the call under way fails at once and runs to its end", async () => {
  const wire = await Wire.to(host.port);
  const one = await new AgentClient({ host: wire.origin, name: "cut", firstWait: 20 }).skipWelcome();
  const held = one.call("hold");
  assert.equal(await one.call("add", [1, 1]), 2);
  wire.cut();
  await assert.rejects(held, { message: "Connection closed" });
  assert.deepEqual(one.closes, [[1006, ""]]);
  await one.ready;
  let ends = [];
  while (ends.length === 0) ends = await one.call("closes");
  assert.deepEqual(ends, ["1006 false"]);
  assert.equal(await one.call("release"), 1);
  assert.equal(await one.call("add", [1, 2]), 3);
  assert.deepEqual(one.warnings, []);
  await one.close();
  wire.server.close();
});

test("a host that is killed and started again has its clients back, with the state they were told of", async () => {
  const [a, b] = [await open("kept"), await open("kept")];
  await a.call("count", [41]);
  await b.until(() => b.state.count === 41);
  const held = assert.rejects(a.call("hold"), { message: "Connection closed" });
  await host.kill();
  await held;
  const waiting = a.call("add", [1, 2]);
  await host.start();
  assert.equal(await waiting, 3);
  await Promise.all([a.ready, b.ready]);
  assert.deepEqual([a.identity, b.identity], [["kept", "probe-agent"], ["kept", "probe-agent"]]);
  await b.until(() => b.stateUpdates.length === 3);
  assert.deepEqual(b.stateUpdates.map(([state]) => state.count), [0, 41, 41]);
  await a.call("count", [42]);
  await b.until(() => b.state.count === 42);
  await Promise.all([a.close(), b.close()]);
});
