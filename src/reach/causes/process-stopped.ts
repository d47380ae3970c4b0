import { formatEndpoint } from "../../core/endpoint.ts";
import type { Cause } from "../cause.ts";
import { describeOwner, mainOwner, nameOf } from "../words/describe.ts";
import { showListener, showQueue } from "../words/evidence.ts";
import { describeHalt, findHalted } from "../reading/halted.ts";
import { continueProcesses } from "../remedies/halted-process.ts";

export const processStopped: Cause = {
  code: "PROCESS_STOPPED",
  stage: "process",
  summary: "the server's process is stopped (Ctrl-Z, SIGSTOP): connections are taken, and nobody answers",
  explain: [
    "The kernel takes connections for a process that is stopped, and they wait: clients connect and get no data, until so",
    "many wait that new ones time out. Ctrl-Z in a terminal does it, and a background job that reads from its terminal.",
    "`kill -CONT PID` (or `fg` in its shell) lets it run again.",
  ],
  symptoms: ["connected", "timeout"],
  needs: [],
  dependsOn: ["CONTAINER_PAUSED"],
  judge(facts) {
    const found = findHalted(facts, "stopped");
    const owner = found && mainOwner(found.listener.owners);
    if (!found || !owner) return undefined;
    const pids = found.listener.owners.map(({ process }) => process.pid);
    return {
      severity: "blocks",
      title: `${describeOwner(found.listener)} is stopped: ${describeHalt(found, formatEndpoint(found.each.to))}`,
      evidence: [
        ...pids
          .slice(0, 3)
          .map((pid) => ({ what: `process ${pid} is in state T (stopped)`, source: `/proc/${pid}/stat` })),
        showListener(found.listener),
        ...showQueue(found.listener),
        found.each.evidence,
      ],
      remedies: [continueProcesses(nameOf(owner), pids)],
    };
  },
};
