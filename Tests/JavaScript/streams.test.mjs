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
const open = (name) => new AgentClient({ host: host.origin, name }).skipWelcome();
const call = (method, ...args) => JSON.stringify({ args, id: "s", method, type: "rpc" });
const chunk = (value) => `{"done":false,"id":"s","result":${JSON.stringify(value)},"success":true,"type":"rpc"}`;
const failure = (text) => `{"error":"${text}","id":"s","success":false,"type":"rpc"}`;

// Sends a call and expects exactly these frames, then none before those of the application.
async function expectFrames(name, text, frames) {
  const one = await open(name);
  one.send(text);
  for (const frame of frames) assert.equal(await one.next(), frame);
  one.send("fence");
  assert.equal(await one.next(), "echo fence");
  await one.close();
}

test("chunks come in order, then the end with its value", async () => {
  const end = '{"done":true,"id":"s","result":3,"success":true,"type":"rpc"}';
  await expectFrames("numbers", call("streamNumbers", 3), [chunk(0), chunk(1), chunk(2), end]);
});

test("a stream that throws ends with an error frame, after its chunks or at once", async () => {
  await expectFrames("error", call("streamError"), [chunk("chunk1"), failure("Stream failed")]);
  await expectFrames("throws", call("streamThrows"), [failure("at once")]);
});

test("what a stream sends after its end is not sent", async () => {
  await expectFrames("twice", call("streamEndedTwice"), [chunk("chunk1"), failure("First close")]);
});

test("chunks come as they are sent, not at the end, and other calls are answered between them", async () => {
  const one = await open("held");
  const chunks = [];
  const stream = one.call("streamHeld", [], { onChunk: (value) => chunks.push(value) });
  await one.until(() => chunks.length === 1);
  assert.equal(await one.call("add", [1, 2]), 3);
  assert.deepEqual(chunks, ["a"]);
  await one.call("release");
  assert.equal(await stream, undefined);
  assert.deepEqual(chunks, ["a", "b"]);
  await one.close();
});
