// The page's client, with sockets and time that the test moves.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { AgentClient } from "../../Sources/TaskAgent/Page/client.js";

let sockets;
class Socket extends EventTarget {
  static OPEN = 1;
  readyState = 0;
  sent = [];

  constructor(url) {
    super();
    this.url = new URL(url);
    sockets.push(this);
  }

  open() {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  tell(frame) {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(frame) }));
  }

  end(code) {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close(code = 1006) {
    this.end(code);
  }
}

let states;
let heard;
const settle = async () => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};
async function connect(query = async () => ({ ticket: "t" })) {
  states = [];
  heard = [];
  const on = { connection: (state) => states.push(state), state: (state) => heard.push(state), message: (message) => heard.push(message) };
  const client = new AgentClient("/agents/task-agent/s", query, on);
  await settle();
  return client;
}

beforeEach(() => {
  sockets = [];
  globalThis.WebSocket = Socket;
  globalThis.location = { protocol: "http:", host: "host" };
  mock.timers.enable({ apis: ["setTimeout"] });
});
afterEach(() => mock.timers.reset());

test("a lost client comes back with its own id after three seconds or a tenth more, then waits longer", async () => {
  const client = await connect();
  for (const [least, most] of [[3000, 3300], [3900, 4290], [5070, 5577]]) {
    const count = sockets.length;
    sockets.at(-1).end(1006);
    mock.timers.tick(least - 1);
    await settle();
    assert.equal(sockets.length, count);
    mock.timers.tick(most - least + 1);
    await settle();
    assert.equal(sockets.length, count + 1);
  }
  assert.deepEqual(new Set(sockets.map(({ url }) => url.href)), new Set([`ws://host/agents/task-agent/s?_pk=${client.id}&ticket=t`]));
  sockets.at(-1).open();
  assert.deepEqual(states, ["lost", "lost", "lost", "on"]);
});

test("an attempt that takes four seconds is given up", async () => {
  await connect();
  mock.timers.tick(4000);
  assert.equal(sockets[0].readyState, 3);
  assert.deepEqual(states, ["lost"]);
});

test("a call that was sent fails with its socket, one that waits is sent on the next", async () => {
  const client = await connect();
  sockets[0].open();
  const sent = client.call("first", 1);
  sockets[0].end(1006);
  await assert.rejects(sent, { message: "Connection closed" });
  const waiting = client.call("second");
  mock.timers.tick(3300);
  await settle();
  sockets[1].open();
  assert.deepEqual(sockets[1].sent.map(({ method }) => method), ["second"]);
  sockets[1].tell({ done: true, id: sockets[1].sent[0].id, result: 5, success: true, type: "rpc" });
  assert.equal(await waiting, 5);
  assert.deepEqual(sockets[0].sent.map(({ method }) => method), ["first"]);
});

test("a client that was turned away stays away, and its calls fail at once", async () => {
  for (const code of [1008, 4000]) {
    const client = await connect();
    sockets.at(-1).open();
    const count = sockets.length;
    const sent = client.call("first");
    sockets.at(-1).end(code);
    await assert.rejects(sent, { message: "Connection closed" });
    await assert.rejects(client.call("late"), { message: "Connection closed" });
    mock.timers.tick(60_000);
    await settle();
    assert.equal(sockets.length, count);
    assert.deepEqual(states, ["on", "refused"]);
  }
});

test("a ticket that is refused for good ends the client, any other trouble is tried again", async () => {
  await connect(async () => {
    throw Object.assign(new Error("no"), { isFinal: true });
  });
  assert.deepEqual(states, ["refused"]);
  let tries = 0;
  await connect(async () => {
    tries += 1;
    if (tries === 1) throw new Error("no network");
    return {};
  });
  mock.timers.tick(3300);
  await settle();
  assert.deepEqual(states, ["lost"]);
  assert.equal(sockets.length, 1);
});

test("a closed client says nothing more", async () => {
  const client = await connect();
  sockets[0].open();
  const sent = client.call("first");
  client.close();
  await assert.rejects(sent, { message: "Connection closed" });
  mock.timers.tick(60_000);
  await settle();
  assert.equal(sockets.length, 1);
  assert.deepEqual(states, ["on", "off"]);
});

test("states and messages are told apart, and what is no frame is dropped", async () => {
  await connect();
  sockets[0].open();
  sockets[0].tell({ type: "cf_agent_identity", name: "s", agent: "task-agent" });
  sockets[0].tell({ type: "cf_agent_state", state: { status: "ready" } });
  sockets[0].tell(null);
  sockets[0].dispatchEvent(Object.assign(new Event("message"), { data: "no json" }));
  sockets[0].tell({ workflowId: "a", status: "running" });
  assert.deepEqual(heard, [{ status: "ready" }, { workflowId: "a", status: "running" }]);
});
