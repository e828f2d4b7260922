// Sends what an inbox has gathered, each morning; the configuration of the workflow has schedules: ["0 8 * * *"].
import { DurableObject, WorkflowEntrypoint, WorkflowEvent, WorkflowStep } from "cloudflare:workers";

interface Item {
  number: number;
  text: string;
}

interface Env {
  INBOXES: DurableObjectNamespace<Inbox>;
  MAIL: { send(id: string, items: string[]): Promise<void> };
}

const key = (number: number) => `item:${String(number).padStart(16, "0")}`;

export class Inbox extends DurableObject<Env> {
  async add(text: string): Promise<void> {
    const number = ((await this.ctx.storage.get<number>("last")) ?? 0) + 1;
    await this.ctx.storage.put("last", number);
    await this.ctx.storage.put(key(number), { number, text });
  }

  async items(): Promise<Item[]> {
    return [...(await this.ctx.storage.list<Item>({ prefix: "item:" })).values()];
  }

  async remove(last: number): Promise<void> {
    const keys = (await this.items()).filter((item) => item.number <= last).map((item) => key(item.number));
    for (let at = 0; at < keys.length; at += 128) await this.ctx.storage.delete(keys.slice(at, at + 128));
  }
}

export class DailyDigest extends WorkflowEntrypoint<Env> {
  async run(event: WorkflowEvent<unknown>, step: WorkflowStep): Promise<number> {
    const inbox = this.env.INBOXES.getByName("main");
    const items = await step.do("gather", async () => inbox.items());
    const last = items.at(-1);
    if (!last) return 0;
    await step.do("send", async () => this.env.MAIL.send(event.instanceId, items.map((item) => item.text)));
    await step.do("remove", async () => inbox.remove(last.number));
    return items.length;
  }
}
