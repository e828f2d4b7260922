// The page: who is there, which session, its tasks. What it must remember is in this tab's storage alone.
import { AgentClient } from "/client.js";
import { ScheduleList } from "/schedules.js";
import { TaskList } from "/tasks.js";

const byId = (id) => document.getElementById(id);
const kept = {
  get key() { return sessionStorage.getItem("key"); },
  get session() { return sessionStorage.getItem("session"); },
  set(name, value) {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  },
};

let client;
let tasks;
let schedules;

class Refusal extends Error {
  constructor(status, text) {
    super(text);
    this.isFinal = status === 401 || status === 403;
  }
}

async function api(method, path, { key = kept.key, body } = {}) {
  const headers = { "content-type": "application/json" };
  if (key) headers["x-api-key"] = key;
  const answer = await fetch(`/api/${path}`, { method, headers, body: body && JSON.stringify(body) });
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, value.error ?? `The host answered ${answer.status}`);
  return value;
}

// Does something for a form's button: one at a time, and what goes wrong is told at the top of the page.
function onSubmit(form, work) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const buttons = [...form.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    tell("");
    await attempt(() => work(event.submitter));
    for (const button of buttons) button.disabled = false;
  });
}

// Does something, tells what goes wrong, and gives whether it has worked.
async function attempt(work) {
  try {
    await work();
    return true;
  } catch (error) {
    tell(error.message);
    return false;
  }
}

function tell(problem) {
  byId("problem").textContent = problem;
  byId("problem").hidden = !problem;
}

// Shows the part of the page that is next, and moves the focus into it when the person has just changed something.
function show({ moves = false } = {}) {
  const part = !kept.key ? "account" : !kept.session ? "sessions" : "work";
  for (const id of ["account", "sessions", "work"]) byId(id).hidden = id !== part;
  if (moves) byId(part).querySelector("input, textarea, button")?.focus();
  if (part === "work" && !client) enter();
}

function enter() {
  const session = kept.session;
  byId("session-name").textContent = session;
  tasks = new TaskList(byId("tasks"), byId("task-template"), session, {
    approve: (id) => client.call("approveTask", id, kept.key),
    reject: (id, reason) => client.call("rejectTask", id, reason, kept.key),
    status: (id) => api("GET", `workflow/${encodeURIComponent(id)}/status`),
    attempt,
    changed: (count) => (byId("no-tasks").hidden = count > 0),
    ended: showCredits,
  });
  schedules = new ScheduleList(byId("schedules"), {
    ask: () => client.call("scheduledTasks", session, kept.key),
    cancel: (id) => attempt(() => client.call("cancelScheduledTask", session, id, kept.key)),
  });
  const ticket = async () => ({ ticket: (await api("POST", "ticket")).ticket });
  client = new AgentClient(`/agents/task-agent/${encodeURIComponent(session)}`, ticket, {
    connection: showConnection,
    state: (state) => {
      byId("state-status").textContent = state.status;
      byId("state-running").textContent = state.runningTasks;
      // A task that has started is no longer for later.
      attempt(() => schedules.refresh());
    },
    message: (message) => tasks.progress(message),
  });
  showCredits();
}

function leave() {
  client?.close();
  client = undefined;
  byId("tasks").replaceChildren();
  byId("state-status").textContent = "unknown";
  byId("state-running").textContent = "0";
  kept.set("session", "");
}

function showConnection(state) {
  const words = { on: "Connected", off: "Not connected", lost: "Connection lost, trying again", refused: "Turned away" };
  byId("connection").textContent = words[state];
  byId("connection").dataset.state = state === "refused" ? "lost" : state;
  if (state === "on") tasks?.refresh();
  if (state === "refused") tell("The session or the key was not accepted. Leave the session, or sign out and in again.");
}

async function showCredits() {
  await attempt(async () => (byId("credits").textContent = (await api("GET", "account")).credits));
}

onSubmit(byId("sign"), async (button) => {
  const body = { email: byId("email").value, password: byId("password").value };
  const way = button?.name === "sign-in" ? "sign-in" : "sign-up";
  const { token } = await api("POST", `auth/${way}/email`, { key: "", body });
  const { key } = await api("POST", "keys", { key: token, body: { name: "page" } });
  byId("password").value = "";
  kept.set("key", key);
  show({ moves: true });
});

onSubmit(byId("paste"), async () => {
  const key = byId("key").value.trim();
  await api("GET", "account", { key });
  byId("key").value = "";
  kept.set("key", key);
  show({ moves: true });
});

onSubmit(byId("open"), async () => {
  kept.set("session", (await api("POST", "orchestrator/session")).sessionId);
  show({ moves: true });
});

onSubmit(byId("resume"), async () => {
  kept.set("session", byId("session").value.trim());
  show({ moves: true });
});

onSubmit(byId("task"), async () => {
  const [command, approval] = [byId("command").value, byId("approval").checked];
  const delay = Number(byId("delay").value);
  if (delay > 0) {
    await client.call("scheduleTask", kept.session, command, delay, kept.key, approval);
    byId("delay").value = "0";
    return schedules.refresh();
  }
  const { workflowId } = await client.call("executeTask", kept.session, command, kept.key, approval);
  tasks.add(workflowId, command);
});

byId("leave").addEventListener("click", () => {
  tell("");
  leave();
  show({ moves: true });
});

for (const button of document.querySelectorAll(".sign-out")) {
  button.addEventListener("click", () => {
    tell("");
    leave();
    kept.set("key", "");
    show({ moves: true });
  });
}

show();
