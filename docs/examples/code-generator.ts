// Writes a project with a model: a blueprint while its caller listens, then the files in the background.
import { Agent, getAgentByName, type Connection } from "agents";

interface Env {
  CodeGenObject: DurableObjectNamespace<CodeGeneratorAgent>;
  MODEL: { complete(prompt: string, signal?: AbortSignal): Promise<AsyncIterable<string>> };
}

interface Blueprint {
  title: string;
  files: string[];
}

interface State {
  query: string;
  blueprint?: Blueprint;
  files: Record<string, { contents: string; isComplete: boolean }>;
  phase: "idle" | "blueprint" | "ready" | "generating" | "complete" | "stopped" | "failed";
  shouldBeGenerating: boolean;
}

class Refusal extends Error {}

const TICKET = 15_000;

export class CodeGeneratorAgent extends Agent<Env, State> {
  initialState: State = { query: "", files: {}, phase: "idle", shouldBeGenerating: false };
  private abort?: AbortController;

  async onStart(): Promise<void> {
    if (this.state.shouldBeGenerating) this.generateInBackground();
  }

  async initialize(args: { query: string; onBlueprintChunk: (chunk: string) => Promise<void> }): Promise<Blueprint> {
    if (this.state.phase !== "idle") throw new Refusal("The project has a blueprint already");
    this.setState({ ...this.state, query: args.query, phase: "blueprint" });
    try {
      let text = "";
      for await (const piece of await this.env.MODEL.complete(`blueprint: ${args.query}`)) {
        text += piece;
        await args.onBlueprintChunk(piece);
      }
      const [title, ...files] = text.split("\n");
      const blueprint = { title, files };
      this.setState({ ...this.state, blueprint, phase: "ready" });
      return blueprint;
    } catch (error) {
      this.setState({ ...this.state, phase: "idle" });
      throw error;
    }
  }

  async isInitialized(): Promise<boolean> {
    return this.state.blueprint !== undefined;
  }

  async getFullState(): Promise<State> {
    return this.state;
  }

  async getSummary() {
    const { query, blueprint, files, phase } = this.state;
    return { query, title: blueprint?.title, files: Object.values(files).filter((file) => file.isComplete).length, phase };
  }

  async exportGitObjects(): Promise<{ path: string; data: Uint8Array }[]> {
    const files = Object.entries(this.state.files).sort(([a], [b]) => (a < b ? -1 : 1));
    return files.map(([path, { contents }]) => ({ path, data: new TextEncoder().encode(contents) }));
  }

  async storeWsTicket(ticket: string, expiresAt: number): Promise<void> {
    await this.ctx.storage.put(`ticket/${ticket}`, expiresAt);
  }

  async consumeWsTicket(ticket: string): Promise<boolean> {
    const expiresAt = await this.ctx.storage.get<number>(`ticket/${ticket}`);
    await this.ctx.storage.delete(`ticket/${ticket}`);
    return expiresAt !== undefined && expiresAt > Date.now();
  }

  setState(state: State): void {
    try {
      super.setState(state);
    } catch (error) {
      this.broadcast("error", { error: `The state could not be set: ${error}` });
      throw error;
    }
  }

  // The framework's frames arrive here too, as the type.
  broadcast(type: string, data?: Record<string, unknown>): void {
    const message = JSON.stringify({ type, ...(Array.isArray(data) ? {} : data) });
    for (const socket of this.ctx.getWebSockets()) socket.send(message);
  }

  async onConnect(connection: Connection): Promise<void> {
    this.getSummary().then((summary) => connection.send(JSON.stringify({ type: "agent_connected", summary })));
  }

  async onMessage(connection: Connection, message: string): Promise<void> {
    try {
      const { type } = JSON.parse(message);
      if (typeof type !== "string") throw new Refusal("Invalid message");
      if (type === "session_init") connection.send(JSON.stringify({ type: "session_ready" }));
      else if (type === "generate_all") this.beginGeneration();
      else if (type === "stop_generation") this.stopGeneration();
      else throw new Refusal(`Unknown message type: ${type}`);
    } catch (error) {
      connection.send(JSON.stringify({ type: "error", error: (error as Error).message }));
    }
  }

  private beginGeneration(): void {
    if (!this.state.blueprint) throw new Refusal("There is no blueprint yet");
    if (this.state.shouldBeGenerating) throw new Refusal("Files are being generated already");
    this.setState({ ...this.state, shouldBeGenerating: true, phase: "generating" });
    this.broadcast("generation_started");
    this.generateInBackground();
  }

  private stopGeneration(): void {
    if (!this.state.shouldBeGenerating) throw new Refusal("Nothing is being generated");
    this.abort?.abort();
    this.end("stopped");
  }

  private generateInBackground(): void {
    this.abort = new AbortController();
    this.ctx.waitUntil(this.generate(this.abort.signal));
  }

  private async generate(signal: AbortSignal): Promise<void> {
    try {
      for (const path of this.state.blueprint?.files ?? []) {
        if (this.state.files[path]?.isComplete) continue;
        await this.write(path, signal);
        if (signal.aborted) return;
      }
      this.end("complete");
    } catch (error) {
      if (signal.aborted) return;
      this.broadcast("error", { error: (error as Error).message });
      this.end("failed");
    }
  }

  private async write(path: string, signal: AbortSignal): Promise<void> {
    const set = (contents: string, isComplete: boolean) =>
      this.setState({ ...this.state, files: { ...this.state.files, [path]: { contents, isComplete } } });
    set("", false);
    this.broadcast("file_generating", { path });
    let contents = "";
    for await (const piece of await this.env.MODEL.complete(`file: ${path}`, signal)) {
      if (signal.aborted) return;
      contents += piece;
      set(contents, false);
    }
    if (signal.aborted) return;
    set(contents, true);
    this.broadcast("file_generated", { path });
  }

  private end(phase: State["phase"]): void {
    this.setState({ ...this.state, shouldBeGenerating: false, phase });
    this.broadcast(`generation_${phase}`);
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const [api, kind, id, ...rest] = url.pathname.split("/").filter(Boolean);
    if (api !== "api" || kind !== "agent" || (!id && request.method !== "POST")) return new Response("Not found", { status: 404 });
    if (!id) return begin(env, (await request.json<{ query?: string }>()).query ?? "");
    const agent = await getAgentByName(env.CodeGenObject, id);
    switch (`${request.method} ${rest.join("/")}`) {
      case "POST ticket": {
        const ticket = crypto.randomUUID();
        await agent.storeWsTicket(ticket, Date.now() + TICKET);
        return Response.json({ ticket });
      }
      case "GET ws":
        if (!(await agent.consumeWsTicket(url.searchParams.get("ticket") ?? ""))) {
          return new Response("This ticket is not good", { status: 401 });
        }
        return agent.fetch(request);
      case "GET files":
        return Response.json((await agent.exportGitObjects()).map(({ path, data }) => ({ path, data: [...data] })));
      default:
        return new Response("Not found", { status: 404 });
    }
  },
};

async function begin(env: Env, query: string): Promise<Response> {
  const agentId = crypto.randomUUID();
  const agent = await getAgentByName(env.CodeGenObject, agentId);
  const { readable, writable } = new TransformStream();
  const writer = writable.getWriter();
  const write = (value: unknown) => writer.write(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
  const run = async () => {
    write({ agentId });
    try {
      const blueprint = await agent.initialize({ query, onBlueprintChunk: (chunk) => write({ chunk }) });
      write({ blueprint });
    } catch (error) {
      write({ error: (error as Error).message });
    }
    await writer.close();
  };
  run();
  return new Response(readable, { headers: { "content-type": "application/x-ndjson" } });
}
