// A client of one agent: calls, state and messages over one socket, which is made again when it is lost.

const waits = { first: 3000, growth: 1.3, most: 10_000, steady: 5000, attempt: 4000 };

export class AgentClient {
  // `path` is that of the agent; `query` gives the pairs of the URL, asked before each attempt; `on` has what to tell:
  // connection(state), state(value), message(object).
  constructor(path, query, on) {
    Object.assign(this, { path, query, on });
    this.id = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    this.calls = new Map();
    this.waiting = [];
    this.retries = 0;
    this.connect();
  }

  call(method, ...args) {
    if (this.isOver) return Promise.reject(new Error("Connection closed"));
    const id = `${this.id}-${(this.count = (this.count ?? 0) + 1)}`;
    const text = JSON.stringify({ args, id, method, type: "rpc" });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.end(id)?.reject(new Error(`RPC call to ${method} timed out`)), 30_000);
      const isSent = this.socket?.readyState === WebSocket.OPEN;
      this.calls.set(id, { resolve, reject, timer, isSent });
      if (isSent) this.socket.send(text);
      else this.waiting.push([id, text]);
    });
  }

  close() {
    this.isOver = true;
    clearTimeout(this.retry);
    this.rejectCalls(() => true);
    this.socket?.close(1000);
    this.on.connection("off");
  }

  async connect() {
    let query;
    try {
      query = await this.query();
    } catch (error) {
      return this.lost(error.isFinal);
    }
    if (this.isOver) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const pairs = new URLSearchParams({ _pk: this.id, ...query });
    const socket = new WebSocket(`${scheme}://${location.host}${this.path}?${pairs}`);
    this.socket = socket;
    const slow = setTimeout(() => socket.close(), waits.attempt);
    socket.addEventListener("open", () => {
      clearTimeout(slow);
      this.steady = setTimeout(() => (this.retries = 0), waits.steady);
      for (const [id, text] of this.waiting.splice(0)) {
        const call = this.calls.get(id);
        if (!call) continue;
        call.isSent = true;
        socket.send(text);
      }
      this.on.connection("on");
    });
    socket.addEventListener("message", ({ data }) => this.receive(data));
    socket.addEventListener("close", ({ code }) => {
      clearTimeout(slow);
      clearTimeout(this.steady);
      this.rejectCalls((call) => call.isSent);
      this.lost(code === 1008 || code >= 4000);
    });
  }

  lost(isFinal) {
    if (this.isOver) return;
    if (isFinal) {
      this.isOver = true;
      this.rejectCalls(() => true);
      return this.on.connection("refused");
    }
    this.on.connection("lost");
    const wait = Math.min(waits.first * waits.growth ** this.retries, waits.most);
    this.retries += 1;
    this.retry = setTimeout(() => this.connect(), wait * (1 + Math.random() / 10));
  }

  receive(data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    if (frame?.type === "cf_agent_state") this.on.state(frame.state);
    else if (frame?.type === "rpc") this.answered(frame);
    else if (frame && !String(frame.type).startsWith("cf_agent_")) this.on.message(frame);
  }

  answered({ id, success, error, result, done }) {
    if (done === false) return;
    const call = this.end(id);
    if (success) call?.resolve(result);
    else call?.reject(new Error(error));
  }

  end(id) {
    const call = this.calls.get(id);
    if (!call) return undefined;
    clearTimeout(call.timer);
    this.calls.delete(id);
    return call;
  }

  rejectCalls(isMeant) {
    for (const [id, call] of [...this.calls]) if (isMeant(call)) this.end(id).reject(new Error("Connection closed"));
  }
}
