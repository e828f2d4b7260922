import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AgentClient } from "./agent-client.mjs";
import { Host } from "./host.mjs";

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
