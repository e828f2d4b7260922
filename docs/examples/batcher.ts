// Gathers items and delivers them together, by one alarm for each batch.
import { DurableObject } from "cloudflare:workers";

interface Env {
  SINK: Fetcher;
}

const DELAY = 10_000;

export class Batcher extends DurableObject<Env> {
  async fetch(request: Request): Promise<Response> {
    const item = await request.text();
    if (request.method !== "POST" || item === "") return new Response("POST an item", { status: 400 });
    return new Response(`Item ${await this.add(item)} is queued`, { status: 202 });
  }

  async add(item: string): Promise<number> {
    const number = ((await this.ctx.storage.get<number>("last")) ?? 0) + 1;
    await this.ctx.storage.put("last", number);
    await this.ctx.storage.put(`item:${String(number).padStart(16, "0")}`, item);
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + DELAY);
    return number;
  }

  async alarm(): Promise<void> {
    const items = await this.ctx.storage.list<string>({ prefix: "item:" });
    if (items.size === 0) return;
    const body = JSON.stringify([...items.values()]);
    const answer = await this.env.SINK.fetch("https://sink/batch", { method: "POST", body });
    if (!answer.ok) throw new Error(`The sink answered ${answer.status}.`);
    const keys = [...items.keys()];
    for (let at = 0; at < keys.length; at += 128) await this.ctx.storage.delete(keys.slice(at, at + 128));
  }
}
