// Counts the words of many parts at once, each in a step of its own, and adds up what they give.
import { WorkflowEntrypoint, WorkflowEvent, WorkflowStep } from "cloudflare:workers";

type Words = Record<string, number>;

interface Env {
  COUNTER: { count(part: string): Promise<Words> };
}

export class FanOut extends WorkflowEntrypoint<Env, string[]> {
  async run(event: WorkflowEvent<string[]>, step: WorkflowStep): Promise<Words> {
    const config = { retries: { limit: 3, delay: "10 seconds" } } as const;
    const counts = await Promise.all(
      event.payload.map((part, index) => step.do(`part ${index}`, config, async () => this.env.COUNTER.count(part))),
    );
    const total: Words = {};
    for (const words of counts) {
      for (const [word, count] of Object.entries(words)) total[word] = (total[word] ?? 0) + count;
    }
    return total;
  }
}
