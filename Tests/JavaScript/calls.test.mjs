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
const open = (name) => new AgentClient({ host: host.origin, name }).skipWelcome();

test("results, nothing and null are three frames, and an error a fourth", async () => {
  const one = await open("frames");
  const frames = {
    '{"args":[2,3],"id":"1","method":"add","type":"rpc"}': '{"done":true,"id":"1","result":5,"success":true,"type":"rpc"}',
    '{"args":[],"id":"2","method":"nothing","type":"rpc"}': '{"done":true,"id":"2","success":true,"type":"rpc"}',
    '{"args":[],"id":"3","method":"null","type":"rpc"}': '{"done":true,"id":"3","result":null,"success":true,"type":"rpc"}',
    '{"args":["Größe ✓"],"id":"4","method":"refuse","type":"rpc"}': '{"error":"Größe ✓","id":"4","success":false,"type":"rpc"}',
    '{"args":[1,1],"extra":{},"id":"5","method":"add","type":"rpc"}': '{"done":true,"id":"5","result":2,"success":true,"type":"rpc"}',
  };
  for (const [call, answer] of Object.entries(frames)) {
    one.send(call);
    assert.equal(await one.next(), answer);
  }
  await one.close();
});

test("what a call gives is what the method returns or throws", async () => {
  const one = await open("values");
  assert.equal(await one.call("add", [2, 3]), 5);
  assert.equal(await one.call("nothing"), undefined);
  assert.equal(await one.call("null"), null);
  const value = { a: [1, { b: null }], text: "ü👩‍💻", numbers: [0.1, 1e21, -5] };
  assert.deepEqual(await one.call("echo", [value]), value);
  await assert.rejects(one.call("refuse", ["x"]), { message: "x" });
  await one.close();
});

test("what is not callable cannot be called, and is told from what is not there", async () => {
  const one = await open("unknown");
  await assert.rejects(one.call("setState", [{ count: 1 }]), { message: "Method setState is not callable" });
  await assert.rejects(one.call("nope"), { message: "Method nope does not exist" });
  assert.deepEqual(one.state, { count: 0 });
  await one.close();
});

test("calls overlap: the one that waits is answered after the one that does not", async () => {
  const one = await open("overlap");
  const order = [];
  const held = one.call("hold").then((result) => order.push(result));
  assert.equal(await one.call("add", [1, 1]), 2);
  order.push("added");
  assert.equal(await one.call("release"), 1);
  await held;
  assert.deepEqual(order, ["added", "held"]);
  await one.close();
});

test("ten calls in one burst have ten answers", async () => {
  const one = await open("burst");
  const sums = await Promise.all(Array.from({ length: 10 }, (_, number) => one.call("add", [number, number])));
  assert.deepEqual(sums, Array.from({ length: 10 }, (_, number) => 2 * number));
  await one.close();
});

test("a call without an answer in its time fails, and its late answer is dropped", async () => {
  const one = await open("late");
  await assert.rejects(one.call("hold", [], { timeout: 20 }), { message: "RPC call to hold timed out after 20ms" });
  assert.equal(await one.call("release"), 1);
  await one.until(() => one.warnings.length > 0);
  await one.close();
});

test("calls before the socket is open are sent in order once it is", async () => {
  const one = new AgentClient({ host: host.origin, name: "early" });
  assert.deepEqual(await Promise.all([one.call("add", [1, 2]), one.call("echo", ["x"])]), [3, "x"]);
  await one.close();
});

test("a client that leaves with a call under way leaves the agent well", async () => {
  const one = await open("leaving");
  const held = one.call("hold");
  const leaving = one.close();
  await assert.rejects(held, { message: "Connection closed" });
  await leaving;
  const other = await open("leaving");
  assert.equal(await other.call("release"), 1);
  await other.close();
});

test("what is not a frame of the protocol is the application's, exactly as it came", async () => {
  const one = await open("odd");
  const odd = [
    "this is not json {{{", "{incomplete json", "null", "undefined", "", "{}", "[]", '{"type":"UNKNOWN"}', '{"type":999}',
    '{"type":null}', '{"type":"rpc","method":"add","args":[1,2]}', '{"type":"rpc","id":7,"method":"add","args":[1,2]}',
    '{"type":"rpc","id":"7","method":"add","args":null}', '{"type":"rpc","id":"7","method":"add"}', '{"type":"rpc","id":"7","args":[]}', '{"type":"cf_agent_state"}',
  ];
  for (const text of odd) {
    one.send(text);
    assert.equal(await one.next(), `echo ${text}`);
  }
  assert.equal(await one.call("add", [1, 2]), 3);
  await one.close();
});

test("bytes are the application's, even if they spell a call, and a throw leaves the socket open", async () => {
  const one = await open("binary");
  const bytes = new TextEncoder().encode('{"args":[2,3],"id":"1","method":"add","type":"rpc"}');
  one.send(bytes);
  assert.deepEqual(await one.next(), bytes);
  one.send("throw");
  const long = "x".repeat(5 << 20);
  one.send(long);
  assert.equal(await one.next(), `echo ${long}`);
  await one.close();
});
