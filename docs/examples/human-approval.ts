// Asks a person and waits a day for the answer, with nothing in memory meanwhile.
import { WorkflowEntrypoint, WorkflowEvent, WorkflowStep } from "cloudflare:workers";

interface Proposal {
  title: string;
  approver: string;
}

interface Approval {
  approved: boolean;
  comment?: string;
}

interface Decision {
  verdict: "approved" | "rejected" | "timedOut";
  comment?: string;
}

interface Env {
  MAIL: { ask(proposal: Proposal, id: string): Promise<void> };
}

export class HumanApproval extends WorkflowEntrypoint<Env, Proposal> {
  async run(event: WorkflowEvent<Proposal>, step: WorkflowStep): Promise<Decision> {
    await step.do("ask", async () => this.env.MAIL.ask(event.payload, event.instanceId));
    try {
      const answer = await step.waitForEvent<Approval>("answer", { type: "approval", timeout: "24 hours" });
      return { verdict: answer.payload.approved ? "approved" : "rejected", comment: answer.payload.comment };
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "WorkflowTimeoutError") throw error;
      return { verdict: "timedOut" };
    }
  }
}
