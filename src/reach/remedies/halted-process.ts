import type { Remedy } from "../../core/finding.ts";
import type { ContainerName } from "../../core/network.ts";
import { shortId } from "../words/describe.ts";
import type { Owner } from "../facts.ts";

/** Lets stopped processes run again. */
export function continueProcesses(name: string, pids: readonly number[]): Remedy {
  const words = pids.map(String);
  return {
    what: `let ${name} run again`,
    commands: [["kill", "-CONT", ...words]],
    risk: "none",
    undo: `\`kill -STOP ${words.join(" ")}\``,
  };
}

/** Lets a paused container run again, by its own runtime. */
export function unpauseContainer({ runtime, id }: ContainerName): Remedy {
  const what = `let the container ${shortId(id)} run again`;
  switch (runtime) {
    case "docker":
    case "podman": {
      const undo = `\`${runtime} pause ${shortId(id)}\``;
      return { what, commands: [[runtime, "unpause", shortId(id)]], risk: "none", undo };
    }
    case "containerd":
      return { what, commands: [["ctr", "tasks", "resume", id]], risk: "none", undo: `\`ctr tasks pause ${id}\`` };
    case "lxc":
      return { what, commands: [["lxc-unfreeze", "-n", id]], risk: "none", undo: `\`lxc-freeze -n ${id}\`` };
    case "kubernetes":
    case "other":
      return { what: `${what}: its runtime has paused it`, commands: [], risk: "none" };
  }
}

/** Lets a frozen process run again that is in no container: its control group is frozen. */
export function thawProcess({ process: { pid }, health }: Owner): Remedy {
  const unit = health.kind === "seen" ? health.value.unit : undefined;
  if (unit !== undefined) {
    const undo = `\`sudo systemctl freeze ${unit}\``;
    return { what: `let ${unit} run again`, commands: [["sudo", "systemctl", "thaw", unit]], risk: "none", undo };
  }
  return {
    what: `write 0 to cgroup.freeze (or THAWED to freezer.state) in the control group that /proc/${pid}/cgroup names`,
    commands: [],
    risk: "none",
  };
}
