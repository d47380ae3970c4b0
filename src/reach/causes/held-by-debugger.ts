import { formatEndpoint } from "../../core/endpoint.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { describeOwner, mainOwner, nameOf } from "../words/describe.ts";
import { showListener, showQueue } from "../words/evidence.ts";
import { describeHalt, findHalted } from "../reading/halted.ts";

export const heldByDebugger: Cause = {
  code: "HELD_BY_DEBUGGER",
  stage: "process",
  summary: "a debugger has the server halted: connections are taken, and nobody answers",
  explain: [
    "A process that waits at a breakpoint accepts nothing: clients connect, and get no data.",
    "Let the debugger go on, or detach it.",
  ],
  symptoms: ["connected", "timeout"],
  needs: [],
  dependsOn: ["CONTAINER_PAUSED", "PROCESS_STOPPED"],
  judge(facts) {
    const found = findHalted(facts, "traced");
    const owner = found && mainOwner(found.listener.owners);
    if (!found || !owner) return undefined;
    const { pid } = owner.process;
    const tracer = valueOf(owner.health)?.tracer;
    const by = tracer === undefined ? "a debugger" : `a debugger (pid ${tracer})`;
    return {
      severity: "blocks",
      title: `${describeOwner(found.listener)} is halted by ${by}: ${describeHalt(found, formatEndpoint(found.each.to))}`,
      evidence: [
        { what: `process ${pid} is in state t (tracing stop)`, source: `/proc/${pid}/stat` },
        ...(tracer === undefined ? [] : [{ what: `it is traced by ${tracer}`, source: `/proc/${pid}/status` }]),
        showListener(found.listener),
        ...showQueue(found.listener),
        found.each.evidence,
      ],
      remedies: [
        { what: `let ${nameOf(owner)} go on in the debugger (\`continue\`), or detach it`, commands: [], risk: "none" },
      ],
    };
  },
};
