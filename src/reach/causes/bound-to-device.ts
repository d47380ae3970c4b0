import { isLoopback } from "../../core/address.ts";
import { formatEndpoint } from "../../core/endpoint.ts";
import type { Remedy } from "../../core/finding.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause, Judged } from "../cause.ts";
import { describeListening, mainOwner } from "../words/describe.ts";
import { showListener, showTries } from "../words/evidence.ts";
import type { Facts, Listener } from "../facts.ts";
import { findMeantTries, findServing, findServingAt } from "../reading/tries.ts";
import { wantsOutside } from "../reading/wants.ts";

export const boundToDevice: Cause = {
  code: "BOUND_TO_DEVICE",
  stage: "socket",
  summary: "the server's socket is bound to one network interface, and connections come in by another",
  explain: [
    "A socket that is bound to an interface (SO_BINDTODEVICE, `BindToDevice=` of a systemd socket) takes only what comes in",
    "by it, whatever address it listens on. This machine's own connections come by lo, even those to its LAN address.",
    "Start the server without it, or bound to the interface that its clients come by.",
  ],
  symptoms: ["refused", "connected"],
  needs: [],
  dependsOn: [],
  judge(facts) {
    const serving = findServing(facts);
    const bound = serving.filter(({ row }) => row.device !== undefined);
    if (bound.length === 0 || bound.length < serving.length) return undefined;
    return judgeOwn(facts) ?? judgeOutside(facts, bound);
  },
};

/** Our own connections come by lo, which the socket is not bound to. */
function judgeOwn(facts: Facts): Judged | undefined {
  const tries = findMeantTries(facts);
  const refused = tries.find(({ to, met }) => met === "refused" && findServingAt(facts, to).length > 0);
  const listener = refused && findServingAt(facts, refused.to)[0];
  if (!listener || isLoopbackDevice(facts, listener) || tries.some(({ met }) => met === "answer")) return undefined;
  const others = facts.request.from.kind !== "here";
  return {
    // Others come in by that interface, and our own test says nothing about them.
    severity: others ? "warning" : "blocks",
    title: `${describeListening(listener)}, bound to ${listener.row.device}: ${formatEndpoint(refused.to)} is refused from here`,
    evidence: [showListener(listener), ...showTries(tries, "refused")],
    remedies: [unbind(facts, listener)],
  };
}

/** Bound to lo: what comes in by another interface is not for it, though our own connections to any address are. */
function judgeOutside(facts: Facts, bound: readonly Listener[]): Judged | undefined {
  if (!wantsOutside(facts) || facts.request.from.kind === "here") return undefined;
  const [listener] = bound.filter(({ row }) => !isLoopback(row.at.address));
  if (!listener || !bound.every((each) => isLoopbackDevice(facts, each))) return undefined;
  return {
    severity: "blocks",
    title: `${describeListening(listener)}, bound to ${listener.row.device}: what other machines send comes in elsewhere`,
    evidence: [showListener(listener)],
    remedies: [unbind(facts, listener)],
  };
}

function isLoopbackDevice({ interfaces }: Facts, { row }: Listener): boolean {
  return interfaces.some(({ name, loopback }) => loopback && name === row.device);
}

function unbind({ interfaces }: Facts, { row, owners }: Listener): Remedy {
  const owner = mainOwner(owners);
  const unit = owner && valueOf(owner.health)?.unit;
  const isMore = interfaces.some(({ loopback, name, up }) => !loopback && up && name !== row.device);
  const where = unit === undefined ? "SO_BINDTODEVICE in its code or configuration" : `\`BindToDevice=\` of ${unit}`;
  return {
    what: `start the server without binding it to ${row.device} (${where})`,
    commands: [],
    risk: isMore ? "exposes" : "restart",
  };
}
