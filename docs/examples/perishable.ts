// A value that is gone when nobody has asked for it long enough: the object deletes itself.
import { DurableObject } from "cloudflare:workers";

export class Perishable extends DurableObject {
  async set(value: string, lifetime: number): Promise<void> {
    if (!(lifetime >= 1 && lifetime <= 31_536_000_000)) throw new RangeError("A lifetime is 1 ms to 365 days.");
    await this.ctx.storage.put({ value, lifetime });
    await this.ctx.storage.setAlarm(Date.now() + lifetime);
  }

  async get(): Promise<string | null> {
    const end = await this.ctx.storage.getAlarm();
    const lifetime = await this.ctx.storage.get<number>("lifetime");
    if (end === null || end <= Date.now() || lifetime === undefined) return null;
    await this.ctx.storage.setAlarm(Date.now() + lifetime);
    return (await this.ctx.storage.get<string>("value")) ?? null;
  }

  async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }
}
