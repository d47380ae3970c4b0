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
  /** A process of portguard's own that sleeps so long: `scheduleRevert(id, afterMs)`. */
  | { readonly kind: "process"; readonly id: string; readonly afterMs: number };

/** The way for this plan. `systemd`: whether it runs this machine. */
export function planExpiry(request: RuleRequest, plan: RulePlan, own: OwnCommand, systemd: boolean): Expiry {
  const { forMs, id } = request;
  if (forMs === undefined) return { kind: "never" };
  if (plan.expires) return { kind: "native" };
  if (!systemd) return { kind: "process", id, afterMs: forMs };
  const timer = timerStep(id, forMs, own);
  return { kind: "timer", plan: { ...plan, apply: [timer, ...plan.apply], revert: [...plan.revert, ...timer.undo] } };
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
