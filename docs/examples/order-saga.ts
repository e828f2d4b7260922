// Stock, card, parcel: what fails undoes what was done before it, the last first.
import { WorkflowEntrypoint, WorkflowEvent, WorkflowStep } from "cloudflare:workers";

interface Order {
  item: string;
  quantity: number;
  cents: number;
}

interface Shop {
  reserve(item: string, quantity: number, order: string): Promise<void>;
  release(order: string): Promise<void>;
  charge(cents: number, order: string): Promise<void>;
  refund(order: string): Promise<void>;
  ship(order: string): Promise<string>;
}

interface Env {
  SHOP: Shop;
}

export class OrderSaga extends WorkflowEntrypoint<Env, Order> {
  async run(event: WorkflowEvent<Order>, step: WorkflowStep): Promise<string> {
    const { payload: order, instanceId: id } = event;
    const shop = this.env.SHOP;
    await step.do("reserve stock", async () => shop.reserve(order.item, order.quantity, id), {
      rollback: async () => shop.release(id),
    });
    await step.do("charge card", async () => shop.charge(order.cents, id), {
      rollback: async () => shop.refund(id),
    });
    const twice = { retries: { limit: 1, delay: "1 hour" } } as const;
    return step.do("ship", twice, async () => shop.ship(id));
  }
}
