// The page in a browser, from sign-up to the end of a task: PAGE_HOST is the address of a TaskAgent, with its sandboxes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Browser } from "./browser.mjs";

const origin = process.env.PAGE_HOST;
const shapes = [
  ["desktop", { width: 1280, height: 800 }],
  ["phone", { width: 390, height: 844, mobile: true }],
];
let browser;
before(async () => (browser = await Browser.start()));
after(() => browser.close());

const task = (number) => `document.querySelectorAll("#tasks > li")[${number}]`;
const status = (number) => `${task(number)}.querySelector(".status").textContent`;

for (const [shape, size] of shapes) {
  test(`a person signs up, opens a session and runs tasks, on a ${shape}`, async () => {
    await browser.dark(false);
    await browser.open(origin, size);
    await browser.until("document.getElementById('email') && document.readyState === 'complete'");
    await browser.evaluate("sessionStorage.clear(); location.reload()");
    await browser.until("!document.getElementById('account').hidden && document.readyState === 'complete'");
    await browser.picture(`${shape}-1-account`);
    await browser.fill("email", `${shape}-${Date.now()}@example.org`);
    await browser.fill("password", "correct horse battery");
    await browser.click("button[name=sign-up]");
    await browser.until("!document.getElementById('sessions').hidden");
    await browser.picture(`${shape}-2-session`);
    await browser.click("#open button");
    await browser.until("document.getElementById('connection').textContent === 'Connected'");
    await browser.until("document.getElementById('state-status').textContent === 'ready'");

    await browser.fill("command", "for i in 1 2 3; do echo line $i; done");
    await browser.click("#task button");
    await browser.until(`${status(0)} === "Completed"`);
    assert.equal(await browser.evaluate(`${task(0)}.querySelector(".output").textContent`), "line 1\nline 2\nline 3\n");

    await browser.fill("command", "echo approved; exit 3");
    await browser.click("#approval");
    await browser.click("#task button");
    await browser.until(`${status(0)} === "Waits for you"`);
    await browser.until("document.getElementById('state-running').textContent === '1'");
    await browser.picture(`${shape}-3-waiting`);
    await browser.click("#tasks button[name=approve]");
    await browser.until(`${status(0)} === "Failed"`);
    assert.equal(await browser.evaluate(`${task(0)}.querySelector(".note").textContent`), "The command ended with 3.");

    await browser.fill("command", "rm -r /");
    await browser.click("#task button");
    await browser.until(`${status(0)} === "Waits for you"`);
    await browser.evaluate(`{ ${task(0)}.querySelector(".reason").value = "not today"; }`);
    await browser.click("#tasks button[name=reject]");
    await browser.until(`${status(0)} === "Failed"`);
    assert.match(await browser.evaluate(`${task(0)}.querySelector(".note").textContent`), /not today$/);
    await browser.until("document.getElementById('state-running').textContent === '0'");
    await browser.until("document.getElementById('credits').textContent === '98'");
    await browser.picture(`${shape}-4-done`);
    await browser.dark(true);
    await browser.picture(`${shape}-5-dark`);

    await browser.dark(false);
    await browser.fill("command", "echo much later");
    await browser.fill("delay", "3600");
    await browser.click("#task button");
    await browser.until("document.querySelector('#schedules code')?.textContent === 'echo much later'");
    await browser.picture(`${shape}-6-later`);
    await browser.evaluate("location.reload()");
    await browser.until("!document.getElementById('schedules').hidden");
    await browser.click("#schedules button");
    await browser.until("document.getElementById('schedules').hidden");

    await browser.evaluate("location.reload()");
    await browser.until(`document.querySelectorAll("#tasks > li").length === 3 && ${status(2)} === "Completed"`);
    assert.equal(await browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    await browser.click("#work .sign-out");
    await browser.until("!document.getElementById('account').hidden");
    assert.deepEqual(browser.problems, []);
  });
}

test("what goes wrong is told on the page", async () => {
  await browser.open(origin, shapes[0][1]);
  await browser.evaluate("sessionStorage.clear(); location.reload()");
  await browser.until("!document.getElementById('account').hidden && document.readyState === 'complete'");
  await browser.fill("key", "key_of_nobody");
  await browser.click("#paste button");
  await browser.until("document.getElementById('problem').textContent === 'Invalid API key'");
});
