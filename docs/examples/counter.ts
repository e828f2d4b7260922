// A number that is changed by a request's path or by a call.
import { DurableObject } from "cloudflare:workers";

interface Env {
  COUNTERS: DurableObjectNamespace<Counter>;
}

export class Counter extends DurableObject<Env> {
  async value(): Promise<number> {
    return (await this.ctx.storage.get<number>("value")) ?? 0;
  }

  async increment(amount = 1): Promise<number> {
    return this.keep((await this.value()) + amount);
  }

  async decrement(amount = 1): Promise<number> {
    return this.keep((await this.value()) - amount);
  }

  async fetch(request: Request): Promise<Response> {
    switch (new URL(request.url).pathname) {
      case "/":
        return new Response(`${await this.value()}`);
      case "/increment":
        return new Response(`${await this.increment()}`);
      case "/decrement":
        return new Response(`${await this.decrement()}`);
      default:
        return new Response("Not found", { status: 404 });
    }
  }

  private async keep(value: number): Promise<number> {
    if (!Number.isSafeInteger(value)) throw new RangeError("The counter cannot count that far.");
    await this.ctx.storage.put("value", value);
    return value;
  }
}

export default {
  async fetch(request, env) {
    const name = new URL(request.url).searchParams.get("name");
    if (!name) return new Response("Say which counter: ?name=…", { status: 400 });
    return env.COUNTERS.getByName(name).fetch(request);
  },
} satisfies ExportedHandler<Env>;
