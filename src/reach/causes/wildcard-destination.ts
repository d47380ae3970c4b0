import { isAny } from "../../core/address.ts";
import type { Cause } from "../cause.ts";
import { findFailed, isReached } from "../reading/failures.ts";
import { reachInstead, retarget } from "../words/target-text.ts";
import { findMeantTries } from "../reading/tries.ts";

export const wildcardDestination: Cause = {
  code: "WILDCARD_DESTINATION",
  stage: "name",
  summary: "0.0.0.0 or [::] is no place to connect to: it means every address, and only a server can say that",
  explain: [
    "Servers print `listening on http://0.0.0.0:8000`, which says that they take connections on every address. As a place to",
    "connect to, Linux and macOS take it for this machine; Windows refuses it (WSAEADDRNOTAVAIL, 10049), and so do some clients.",
    "Write localhost, 127.0.0.1, or the machine's own address.",
  ],
  symptoms: ["connected", "no-local-port", "invalid", "other-failure"],
  needs: [],
  dependsOn: [],
  judge(facts) {
    const { target } = facts.request;
    const any = findMeantTries(facts).find(({ to }) => isAny(to.address));
    if (!any) return undefined;
    const isRefused = facts.system === "windows" && findFailed(facts, "no-local-port", "invalid", "other").length > 0;
    // Where it failed for another reason, that is what has to be known.
    if (!isRefused && !isReached(facts)) return undefined;
    const { text, family } = any.to.address;
    const said = target.host.kind === "name" ? `${target.host.name} is ${text}, which` : text;
    const instead = target.host.kind === "name" ? undefined : family === 4 ? "127.0.0.1" : "[::1]";
    return {
      severity: isRefused ? "blocks" : "warning",
      title: isRefused
        ? `${said} is no address to connect to: Windows refuses it`
        : `${said} is no address to connect to: it works here, and fails on Windows and in some clients`,
      evidence: [any.evidence],
      remedies: instead
        ? [reachInstead(`write localhost, or ${instead}`, retarget(target, { host: instead }))]
        : [
            {
              what: `give ${any.as} a real address (its line in the hosts file, or its record)`,
              commands: [],
              risk: "none",
            },
          ],
    };
  },
};
