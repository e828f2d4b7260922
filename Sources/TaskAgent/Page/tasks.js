// The tasks of a session: what was started from this tab, and what others' progress tells of.

const words = {
  queued: ["Queued", ""],
  "waiting-for-approval": ["Waits for you", "wait"],
  executing: ["Starting", ""],
  running: ["Running", ""],
  completed: ["Completed", "good"],
  failed: ["Failed", "bad"],
  errored: ["Failed", "bad"],
  terminated: ["Terminated", "bad"],
};

export class TaskList {
  // `actions` has what can be done with a task, and whom to tell of changes.
  constructor(list, template, session, actions) {
    Object.assign(this, { list, template, actions, storage: `tasks of ${session}` });
    this.items = new Map();
    list.replaceChildren();
    for (const [id, command] of JSON.parse(sessionStorage.getItem(this.storage) ?? "[]")) this.item(id).name(command);
    actions.changed(this.items.size);
  }

  add(id, command) {
    this.item(id).name(command);
    this.keep();
  }

  // Takes a message of progress.
  progress({ workflowId, ...progress }) {
    if (!workflowId) return;
    const item = this.item(workflowId);
    if (progress.command) {
      item.name(progress.command);
      this.keep();
    }
    item.show(progress);
  }

  // Asks how far each task that has not ended has got: what was told while there was no connection is lost.
  refresh() {
    for (const [id, item] of this.items) {
      if (item.hasEnded) continue;
      this.actions.attempt(async () => {
        const { status, progress, output, error } = await this.actions.status(id);
        if (status === "completed") item.show({ status, output: output?.output, exitCode: output?.exitCode });
        else if (error) item.show({ status: "errored", error });
        else item.show({ status: "queued", ...progress, output: undefined });
      });
    }
  }

  item(id) {
    let item = this.items.get(id);
    if (item) return item;
    item = new TaskItem(this.template, {
      approve: () => this.actions.attempt(() => this.actions.approve(id)),
      reject: (reason) => this.actions.attempt(() => this.actions.reject(id, reason)),
      ended: this.actions.ended,
    });
    this.items.set(id, item);
    this.list.prepend(item.element);
    this.actions.changed(this.items.size);
    return item;
  }

  keep() {
    const known = [...this.items].map(([id, item]) => [id, item.command.textContent]);
    sessionStorage.setItem(this.storage, JSON.stringify(known));
  }
}

class TaskItem {
  hasEnded = false;

  constructor(template, actions) {
    this.actions = actions;
    this.element = template.content.firstElementChild.cloneNode(true);
    for (const name of ["command", "status", "decision", "output", "note", "reason"]) {
      this[name] = this.element.querySelector(`.${name}`);
    }
    this.decision.addEventListener("submit", async (event) => {
      event.preventDefault();
      const isApproval = event.submitter?.name !== "reject";
      this.decision.hidden = true;
      this.isRejected = !isApproval;
      const isDone = await (isApproval ? actions.approve() : actions.reject(this.reason.value || null));
      if (isDone || this.hasEnded) return;
      this.decision.hidden = false;
      this.isRejected = false;
    });
    this.set("queued");
  }

  name(command) {
    this.command.textContent = command;
  }

  // Pieces of output come while it runs; the end has all of it.
  show({ status, output, exitCode, error }) {
    const hasFailed = status === "completed" && exitCode !== undefined && exitCode !== 0;
    this.set(hasFailed ? "failed" : status);
    if (output !== undefined) {
      this.output.textContent = status === "running" ? this.output.textContent + output : output;
      this.output.hidden = this.output.textContent === "";
      this.output.scrollTop = this.output.scrollHeight;
    }
    const note = (this.isRejected && error ? `Rejected: ${error.replace("Workflow rejected: ", "")}` : error) ?? (hasFailed ? `The command ended with ${exitCode}.` : "");
    this.note.textContent = note;
    this.note.hidden = !note;
  }

  set(status) {
    const [text, kind] = words[status] ?? [status, ""];
    this.status.textContent = text;
    this.status.dataset.kind = kind;
    this.decision.hidden = status !== "waiting-for-approval";
    const ends = kind === "good" || kind === "bad";
    if (ends && !this.hasEnded) this.actions.ended();
    this.hasEnded = ends;
  }
}
