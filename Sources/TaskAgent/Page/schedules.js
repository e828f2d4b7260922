// The tasks that a session will start later.

const time = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export class ScheduleList {
  // `ask` gives the schedules, `cancel` takes one back by its id.
  constructor(section, { ask, cancel }) {
    Object.assign(this, { section, ask, cancel, list: section.querySelector("ol") });
    this.list.replaceChildren();
    section.hidden = true;
  }

  async refresh() {
    const items = (await this.ask()).map((schedule) => this.item(schedule));
    this.list.replaceChildren(...items);
    this.section.hidden = items.length === 0;
  }

  item({ id, task, time: seconds }) {
    const item = document.createElement("li");
    const command = document.createElement("code");
    command.className = "command";
    command.textContent = task;
    const when = document.createElement("time");
    when.dateTime = new Date(seconds * 1000).toISOString();
    when.textContent = time.format(new Date(seconds * 1000));
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = "Cancel";
    button.setAttribute("aria-label", `Cancel ${task}`);
    button.addEventListener("click", async () => {
      button.disabled = true;
      await this.cancel(id);
      await this.refresh();
    });
    item.append(command, when, button);
    return item;
  }
}
