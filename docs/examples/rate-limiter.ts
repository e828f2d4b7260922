// A token bucket per key, all in one object; a bucket is the time at which it will be full again.
import { DurableObject } from "cloudflare:workers";

const CAPACITY = 4;
const INTERVAL = 5000;

export class RateLimiter extends DurableObject {
  async take(key: string): Promise<number> {
    const bytes = new TextEncoder().encode(key).length;
    if (bytes < 1 || bytes > 256) throw new RangeError("A key has 1 to 256 bytes.");
    const now = Date.now();
    const burst = CAPACITY * INTERVAL;
    const known = (await this.ctx.storage.get<number>(`bucket:${key}`)) ?? now;
    const fullAt = Math.min(Math.max(known, now), now + burst) + INTERVAL;
    if (fullAt > now + burst) return fullAt - (now + burst);
    await this.ctx.storage.put(`bucket:${key}`, fullAt);
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(fullAt);
    return 0;
  }

  async alarm(): Promise<void> {
    const now = Date.now();
    const buckets = [...(await this.ctx.storage.list<number>({ prefix: "bucket:" }))];
    const full = buckets.filter(([, fullAt]) => fullAt <= now).map(([key]) => key);
    for (let at = 0; at < full.length; at += 128) await this.ctx.storage.delete(full.slice(at, at + 128));
    const later = buckets.map(([, fullAt]) => fullAt).filter((fullAt) => fullAt > now);
    if (later.length > 0) await this.ctx.storage.setAlarm(Math.max(...later));
  }
}
