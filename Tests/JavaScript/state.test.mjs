import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AgentClient, json } from "./agent-client.mjs";
import { Host } from "./host.mjs";

let host;
before(async () => (host = await Host.start()));
after(async () => {
  await AgentClient.closeAll();
  await host.remove();
});
const pair = (name) =>
  Promise.all([1, 2].map(() => new AgentClient({ host: host.origin, name }).skipWelcome()));
const close = (...clients) => Promise.all(clients.map((one) => one.close()));
const state = (count) => `{"state":{"count":${count}},"type":"cf_agent_state"}`;

test("a state that the agent sets comes to everyone once, before the answer of the call that set it", async () => {
  const [a, b] = await pair("server");
  const call = a.call("count", [5]);
  assert.equal(await b.next(), state(5));
  assert.equal(await a.next(), state(5));
  assert.equal(json(await a.next()).type, "rpc");
  await call;
  await close(a, b);
});

test("a state that a client sets comes to the others in order, and not back to it", async () => {
  const [a, b] = await pair("client");
  for (const count of [1, 2, 3]) a.setState({ count });
  for (const count of [1, 2, 3]) assert.equal(await b.next(), state(count));
  a.send("fence");
  assert.equal(await a.next(), "echo fence");
  assert.deepEqual(a.stateUpdates.slice(1), [1, 2, 3].map((count) => [{ count }, "client"]));
  await close(a, b);
});

test("a state that is refused is told to its sender alone and changes nothing", async () => {
  const [a, b] = await pair("refused");
  a.setState({ count: -1 });
  assert.equal(await a.next(), '{"type":"cf_agent_state_error","error":"State update rejected"}');
  await assert.rejects(a.call("count", [-1]), { message: "negative" });
  b.send("fence");
  assert.equal(await b.next(), "echo fence");
  const late = await new AgentClient({ host: host.origin, name: "refused" }).skipWelcome();
  assert.deepEqual(late.state, { count: 0 });
  await close(a, b, late);
});

test("a state keeps its text and its numbers", async () => {
  const [a, b] = await pair("values");
  a.setState({ count: 2 ** 40, note: "ü👩‍💻\u0000\u2028" });
  assert.deepEqual(json(await b.next()).state, { count: 2 ** 40, note: "ü👩‍💻\u0000\u2028" });
  await close(a, b);
});

test("fifty states of the agent's come one by one in order", async () => {
  const [a, b] = await pair("fifty");
  await Promise.all(Array.from({ length: 50 }, (_, count) => a.call("count", [count + 1])));
  for (let count = 1; count <= 50; count += 1) assert.equal(await b.next(), state(count));
  await close(a, b);
});
