// A chat room whose sockets sleep with it; the limiter is the one of rate-limiter.ts.
import { DurableObject } from "cloudflare:workers";
import type { RateLimiter } from "./rate-limiter";

interface Env {
  LIMITERS: DurableObjectNamespace<RateLimiter>;
  ROOMS: DurableObjectNamespace<ChatRoom>;
}

interface Message {
  name: string;
  message: string;
  timestamp: number;
}

interface Member {
  address: string;
  name?: string;
}

class Refusal extends Error {}

const MAXIMUM_NAME = 32;
const MAXIMUM_MESSAGE = 256;
const HISTORY = 100;

export class ChatRoom extends DurableObject<Env> {
  async fetch(request: Request): Promise<Response> {
    if (request.headers.get("upgrade") !== "websocket") return new Response("Expected a WebSocket", { status: 426 });
    const pair = new WebSocketPair();
    this.ctx.acceptWebSocket(pair[1]);
    const address = request.headers.get("cf-connecting-ip") ?? "unknown";
    pair[1].serializeAttachment({ address } satisfies Member);
    return new Response(null, { status: 101, webSocket: pair[0] });
  }

  async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const member: Member = socket.deserializeAttachment();
    try {
      if (typeof message !== "string") throw new Refusal("Only text is understood.");
      const data = this.read(message);
      if (member.name) await this.say(data?.message, member.name, member.address);
      else await this.join(socket, member, data?.name);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      socket.send(JSON.stringify({ error: error.message }));
    }
  }

  async webSocketClose(socket: WebSocket, code: number, reason: string): Promise<void> {
    socket.close(code, reason);
    const { name }: Member = socket.deserializeAttachment();
    if (name) this.broadcast({ quit: name }, socket);
  }

  private read(text: string): any {
    try {
      return JSON.parse(text);
    } catch {
      throw new Refusal("That is not JSON.");
    }
  }

  private async join(socket: WebSocket, member: Member, name: unknown): Promise<void> {
    if (typeof name !== "string" || name === "") throw new Refusal("Say your name first.");
    if (name.length > MAXIMUM_NAME) throw new Refusal("The name is too long.");
    for (const other of this.members()) socket.send(JSON.stringify({ joined: other.name }));
    socket.serializeAttachment({ address: member.address, name } satisfies Member);
    for (const entry of (await this.history(HISTORY)).reverse()) socket.send(JSON.stringify(entry));
    this.broadcast({ joined: name });
    socket.send(JSON.stringify({ ready: true }));
  }

  private async say(text: unknown, name: string, address: string): Promise<void> {
    if (typeof text !== "string" || text === "") throw new Refusal("There is no message.");
    if (text.length > MAXIMUM_MESSAGE) throw new Refusal("The message is too long.");
    const wait = await this.env.LIMITERS.getByName(address).take("chat");
    if (wait > 0) throw new Refusal(`Too fast: wait ${wait} ms.`);
    const last = (await this.history(1))[0]?.timestamp ?? 0;
    const entry: Message = { name, message: text, timestamp: Math.max(Date.now(), last + 1) };
    await this.ctx.storage.put(`message:${String(entry.timestamp).padStart(16, "0")}`, entry);
    this.broadcast(entry);
  }

  private async history(limit: number): Promise<Message[]> {
    return [...(await this.ctx.storage.list<Message>({ prefix: "message:", reverse: true, limit })).values()];
  }

  private members(): { socket: WebSocket; name: string }[] {
    return this.ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN).flatMap((socket) => {
      const { name }: Member = socket.deserializeAttachment();
      return name ? [{ socket, name }] : [];
    });
  }

  private broadcast(data: unknown, left?: WebSocket): void {
    const text = JSON.stringify(data);
    for (const { socket } of this.members()) if (socket !== left) socket.send(text);
  }
}

export default {
  async fetch(request, env) {
    const path = new URL(request.url).pathname.split("/").filter((part) => part !== "");
    if (path[0] !== "api" || path[1] !== "room") return new Response("Not found", { status: 404 });
    if (path.length === 2 && request.method === "POST") return new Response(`${env.ROOMS.newUniqueId()}`);
    if (path.length !== 4 || path[3] !== "websocket") return new Response("Not found", { status: 404 });
    if (path[2].length <= 32) return env.ROOMS.getByName(path[2]).fetch(request);
    try {
      return await env.ROOMS.get(env.ROOMS.idFromString(path[2])).fetch(request);
    } catch {
      return new Response("A room's name has at most 32 characters", { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;
