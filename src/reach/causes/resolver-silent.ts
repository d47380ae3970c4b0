import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { showResolvers } from "../words/show-resolvers.ts";

export const resolverSilent: Cause = {
  code: "RESOLVER_SILENT",
  stage: "name",
  summary: "the name could not be looked up: the resolvers do not answer, or could not find out",
  explain: [
    "The system could ask nobody for the name's address, or nobody who knew: EAI_AGAIN, `temporary failure in name resolution`.",
    "It says nothing about the name. The network is down, the resolver's address is wrong (a VPN that left its own behind),",
    "or something keeps DNS (port 53) from it.",
  ],
  symptoms: ["no-name"],
  needs: ["resolvers"],
  dependsOn: ["REBIND_FILTER"],
  judge({ name, system, more }) {
    if (name?.kind !== "failed" || (name.failure !== "temporary" && name.failure !== "other")) return undefined;
    const resolvers = valueOf(more.resolvers) ?? [];
    const silent = resolvers.filter(({ answer }) => answer.kind === "silent").map(({ resolver }) => resolver.text);
    const why =
      silent.length > 0 ? `${silent.join(", ")} ${silent.length > 1 ? "do" : "does"} not answer` : "no answer";
    return {
      severity: "blocks",
      title: `${name.name} could not be looked up: ${why} (${name.shown})`,
      evidence: [{ what: `${name.name}: ${name.shown}`, source: "getaddrinfo" }, ...showResolvers(resolvers)],
      remedies: [
        {
          what: "see which resolvers this system asks, and whether they are reached",
          commands: [
            ...(system === "linux" ? [["cat", "/etc/resolv.conf"]] : []),
            ...(system === "macos" ? [["scutil", "--dns"]] : []),
            ...(system === "windows" ? [["ipconfig", "/all"]] : []),
            ...silent.map((text) => ["portguard", "reach", `${text.includes(":") ? `[${text}]` : text}:53`, "--udp"]),
          ],
          risk: "none",
        },
      ],
    };
  },
};
