// A client of agents, as small as the protocol allows: one socket at a time, calls, streams, state, and reconnection.

const kebab = (text) =>
  text === text.toUpperCase() && text !== text.toLowerCase()
    ? text.toLowerCase().replace(/_/g, "-")
    : text.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/^-/, "").replace(/_/g, "-").replace(/-$/, "");

export class AgentClient {
  static #open = new Set();

  // Ends every client, so that a test that failed leaves nothing that goes on.
  static closeAll() {
    return Promise.all([...AgentClient.#open].map((client) => client.close()));
  }

  id = crypto.randomUUID();
  // Everything that came on any socket, as it came; `next` reads it one by one.
  frames = [];
  closes = [];
  stateUpdates = [];
  warnings = [];
  state = undefined;
  identity = undefined;
  #read = 0;
  #waiting = [];
  #pending = new Map();
  #buffer = [];
  #retries = 0;
  #isOver = false;

  constructor({ host, agent = "ProbeAgent", name = "default", prefix = "agents", path = "", query = {}, firstWait = 3000 }) {
    Object.assign(this, { host, path: `/${prefix}/${kebab(agent)}/${name}${path}`, query, firstWait });
    AgentClient.#open.add(this);
    this.#renewReady();
    this.#connect();
  }

  // The next frame that has not been read, waiting for one: text as it came, binary as bytes.
  async next() {
    await this.until(() => this.#read < this.frames.length);
    return this.frames[this.#read++];
  }

  // Reads the frames that every connection begins with.
  async skipWelcome() {
    for (let count = 0; count < 3; count += 1) await this.next();
    return this;
  }

  // Waits until `holds`, which is asked again whenever something has come, soon or not at all.
  async until(holds) {
    const late = performance.now() + 10_000;
    while (!holds()) {
      const timer = setTimeout(() => this.#changed(), 10_000);
      await new Promise((resolve) => this.#waiting.push(resolve));
      clearTimeout(timer);
      if (performance.now() >= late) throw new Error(`never; the last was ${JSON.stringify(this.frames.slice(-3))}`);
    }
  }

  send(data) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(data);
    else this.#buffer.push({ data });
  }

  call(method, args = [], { onChunk, timeout = 30_000 } = {}) {
    const id = crypto.randomUUID();
    return new Promise((resolve, reject) => {
      const entry = { resolve, reject, onChunk, isSent: false };
      if (!onChunk) {
        entry.timer = setTimeout(() => {
          this.#pending.delete(id);
          reject(new Error(`RPC call to ${method} timed out after ${timeout}ms`));
        }, timeout);
      }
      this.#pending.set(id, entry);
      const data = JSON.stringify({ args, id, method, type: "rpc" });
      if (this.socket.readyState === WebSocket.OPEN) {
        entry.isSent = true;
        this.socket.send(data);
      } else {
        this.#buffer.push({ data, entry });
      }
    });
  }

  setState(state) {
    this.send(JSON.stringify({ state, type: "cf_agent_state" }));
    this.state = state;
    this.stateUpdates.push([state, "client"]);
  }

  async close() {
    this.#isOver = true;
    AgentClient.#open.delete(this);
    clearTimeout(this.retry);
    this.#rejectCalls(() => true);
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.socket.addEventListener("close", resolve));
    this.socket.close(1000);
    await closed;
  }

  #connect() {
    const query = new URLSearchParams({ _pk: this.id, ...this.query });
    const socket = new WebSocket(`ws://${this.host}${this.path}?${query}`);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => {
      this.openedAt = performance.now();
      for (const { data, entry } of this.#buffer.splice(0)) {
        if (entry) entry.isSent = true;
        socket.send(data);
      }
      this.#changed();
    });
    socket.addEventListener("message", ({ data }) => {
      const frame = typeof data === "string" ? data : new Uint8Array(data);
      this.frames.push(frame);
      if (typeof frame === "string") this.#receive(frame);
      this.#changed();
    });
    let hasEnded = false;
    const end = (code, reason) => {
      if (!hasEnded) this.#closed(code, reason);
      hasEnded = true;
    };
    socket.addEventListener("close", ({ code, reason }) => end(code, reason));
    // Node 20 tells nothing else of a socket that could not be opened.
    socket.addEventListener("error", () => this.openedAt === undefined && end(1006, ""));
  }

  #closed(code, reason) {
    this.closes.push([code, reason]);
    this.#rejectCalls((entry) => entry.isSent);
    this.#renewReady();
    if (this.openedAt && performance.now() - this.openedAt > 5000) this.#retries = 0;
    this.openedAt = undefined;
    if (code === 1008 || (code >= 4000 && code <= 4999)) this.#isOver = true;
    if (!this.#isOver) {
      this.retry = setTimeout(() => this.#connect(), Math.min(this.firstWait * 1.3 ** this.#retries, 10_000));
      this.#retries += 1;
    }
    this.#changed();
  }

  #receive(text) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return;
    }
    if (frame?.type === "cf_agent_identity") {
      this.identity = [frame.name, frame.agent];
      this.isReady();
    } else if (frame?.type === "cf_agent_state") {
      this.state = frame.state;
      this.stateUpdates.push([frame.state, "server"]);
    } else if (frame?.type === "rpc") {
      this.#answered(frame);
    }
  }

  #answered(frame) {
    const entry = this.#pending.get(frame.id);
    if (!entry) return void this.warnings.push(frame.id);
    if (frame.success && frame.done === false) return void entry.onChunk?.(frame.result);
    clearTimeout(entry.timer);
    this.#pending.delete(frame.id);
    if (frame.success) entry.resolve(frame.result);
    else entry.reject(new Error(frame.error));
  }

  #rejectCalls(isMeant) {
    for (const [id, entry] of [...this.#pending]) {
      if (!isMeant(entry)) continue;
      clearTimeout(entry.timer);
      this.#pending.delete(id);
      entry.reject(new Error("Connection closed"));
    }
    this.#buffer = this.#buffer.filter(({ entry }) => !entry || !isMeant(entry));
  }

  #renewReady() {
    this.ready = new Promise((resolve) => (this.isReady = resolve));
  }

  #changed() {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

// The JSON of a frame, for comparing without regard to the order of keys.
export const json = (text) => JSON.parse(text);
