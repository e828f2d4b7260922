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
const client = (options) => new AgentClient({ host: host.origin, ...options });
const mcp = '{"mcp":{"prompts":[],"resources":[],"servers":{},"tools":[]},"type":"cf_agent_mcp_servers"}';

test("identity, state and MCP frames come first, on every connection, and nothing else", async () => {
  for (let round = 0; round < 2; round += 1) {
    const one = client({ name: "r1" });
    assert.equal(await one.next(), '{"name":"r1","agent":"probe-agent","type":"cf_agent_identity"}');
    assert.equal(await one.next(), '{"state":{"count":0},"type":"cf_agent_state"}');
    assert.equal(await one.next(), mcp);
    one.send("fence");
    assert.equal(await one.next(), "echo fence");
    await one.close();
  }
});

test("a client is ready once it was told who the agent is, default without a name", async () => {
  const one = client({});
  await one.ready;
  assert.deepEqual(one.identity, ["default", "probe-agent"]);
  await one.close();
  assert.deepEqual(one.closes, [[1000, ""]]);
});

test("the connection has the id and the path of its URL", async () => {
  const one = await client({ path: "/settings/a", query: { greet: "1" } }).skipWelcome();
  assert.deepEqual(json(await one.next()), { id: one.id, path: "/agents/probe-agent/default/settings/a" });
  await one.close();
});

test("a connection that could not be set up opens, tells the error and closes with 1011", async () => {
  const one = client({ query: { fail: "1" } });
  assert.match(json(await one.next()).error, /no entry/);
  await one.until(() => one.closes.length > 0);
  assert.deepEqual(one.closes, [[1011, "Uncaught exception during session setup"]]);
  await one.close();
});

test("one name is one state, another name another", async () => {
  const [a, b, other] = [client({ name: "x" }), client({ name: "x" }), client({ name: "y" })];
  await Promise.all([a.ready, b.skipWelcome(), other.skipWelcome()]);
  await a.call("count", [3]);
  await b.until(() => b.state.count === 3);
  assert.equal(other.state.count, 0);
  await Promise.all([a.close(), b.close(), other.close()]);
});

test("requests reach the agent with path, query and body", async () => {
  const url = `http://${host.origin}/agents/probe-agent/n/x/y?q=1`;
  assert.equal(await (await fetch(url)).text(), "n GET /agents/probe-agent/n/x/y?q=1 0");
  const body = new Uint8Array(1 << 20);
  assert.equal(await (await fetch(url, { method: "POST", body })).text(), `n POST /agents/probe-agent/n/x/y?q=1 ${1 << 20}`);
  assert.equal((await fetch(`http://${host.origin}/agents/nobody/n`)).status, 400);
  assert.equal((await fetch(`http://${host.origin}/agents/probe-agent`)).status, 404);
});
