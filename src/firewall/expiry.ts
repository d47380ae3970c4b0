import type { RuleRequest } from "../core/rule-request.ts";
import type { Check, Step } from "../core/step.ts";
import type { RulePlan } from "./write/plan.ts";

/** How `portguard` is called later, by a timer that knows nothing of our environment. */
export interface OwnCommand {
  /** `/usr/local/bin/portguard`, absolute. */
  readonly program: string;
  /** Variables by which it finds the journal again: XDG_STATE_HOME, HOME. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Who takes a rule back when its time is over, even if portguard is long gone. */
export type Expiry =
  | { readonly kind: "never" }
  /** The firewall itself. */
  | { readonly kind: "native" }
  /** A transient timer of systemd, set before the rule is. */
  | { readonly kind: "timer"; readonly plan: RulePlan }
  /** A process of portguard's own that sleeps so long; `plan` has what does it where that one is ended before. */
  | { readonly kind: "process"; readonly id: string; readonly afterMs: number; readonly plan: RulePlan };

/** The way for this plan. `systemd`: whether it runs this machine. */
export function planExpiry(request: RuleRequest, plan: RulePlan, own: OwnCommand, systemd: boolean): Expiry {
  const { forMs, id } = request;
  if (forMs === undefined) return { kind: "never" };
  if (plan.expires) return { kind: "native" };
  if (systemd) return { kind: "timer", plan: withFirst(plan, timerStep(id, forMs, own)) };
  const isWindows = plan.backend === "netsh" || plan.backend === "powershell";
  return { kind: "process", id, afterMs: forMs, plan: isWindows ? withFirst(plan, signInStep(id, own)) : plan };
}

function withFirst(plan: RulePlan, step: Step): RulePlan {
  return { ...plan, apply: [step, ...plan.apply], revert: [...plan.revert, ...step.undo] };
}

const RUN_ONCE = String.raw`HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnce`;

/** Whoever signs out ends our process: what is left is then taken back with the next sign-in, before its time or after. */
function signInStep(id: string, { program }: OwnCommand): Step {
  const value = [RUN_ONCE, "/v", `portguard-rule-${id}`];
  const isSet: Check = { kind: "succeeds", argv: ["reg", "query", ...value] };
  const forget: Step = {
    what: "forget about it at the next sign-in",
    argv: ["reg", "delete", ...value, "/f"],
    risk: "none",
    when: isSet,
    undo: [],
  };
  return {
    what: "take it back at the next sign-in, if nobody has before",
    argv: ["reg", "add", ...value, "/t", "REG_SZ", "/d", `"${program}" rule --revert ${id} --yes --quiet`, "/f"],
    risk: "none",
    unless: isSet,
    undo: [forget],
  };
}

/** The timer comes first: a rule without it would stay for ever if portguard died in between. */
function timerStep(id: string, forMs: number, { program, environment }: OwnCommand): Step {
  const unit = `portguard-rule-${id}`;
  const seconds = Math.max(1, Math.ceil(forMs / 1000));
  // `is-active` has an exit code of its own for what does not exist
  const shown = ["systemctl", "show", "--property=ActiveState", `${unit}.timer`];
  const isSet: Check = { kind: "prints", argv: shown, line: "ActiveState=active" };
  const stop: Step = {
    what: `stop the timer ${unit}`,
    argv: ["systemctl", "stop", `${unit}.timer`],
    risk: "none",
    when: isSet,
    undo: [],
  };
  return {
    what: `take it back after ${seconds} s`,
    argv: [
      "systemd-run",
      "--quiet",
      "--collect",
      `--unit=${unit}`,
      `--on-active=${seconds}s`,
      "--timer-property=AccuracySec=1s",
      ...Object.entries(environment).map(([key, value]) => `--setenv=${key}=${value}`),
      "--",
      program,
      "rule",
      "--revert",
      id,
      "--yes",
      "--quiet",
    ],
    risk: "none",
    unless: isSet,
    undo: [stop],
  };
}
