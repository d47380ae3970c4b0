import type { Remedy } from "../../core/finding.ts";
import { isLoopback } from "../../core/address.ts";
import { spaceOf } from "../reading/address-space.ts";
import type { Cause } from "../cause.ts";
import { excerpt } from "../words/excerpt.ts";
import { findDropped, isReached } from "../reading/failures.ts";
import type { Facts } from "../facts.ts";
import { coversHost } from "../reading/no-proxy.ts";
import { isWebServer } from "../recognize/server.ts";
import { hostText } from "../words/target-text.ts";

export const proxyVariable: Cause = {
  code: "PROXY_VARIABLE",
  stage: "client",
  summary: "an environment variable sends clients of this target through a proxy, which does not know this network",
  explain: [
    "curl, Python's requests, Go and many more read http_proxy, https_proxy and all_proxy. The proxy then gets the request, and",
    "answers 502 or 403 for a machine that it can't reach, localhost above all; portguard itself connects directly.",
    "Name what is near in NO_PROXY: NO_PROXY=localhost,127.0.0.1,.lan. It has to be the host as it is written in the URL.",
  ],
  symptoms: ["connected", "timeout"],
  needs: [],
  dependsOn: [],
  judge(facts) {
    const scheme = schemeOf(facts);
    if (scheme === undefined || !isNear(facts)) return undefined;
    const proxy = findProxy(facts.proxyEnv, scheme);
    const { port } = facts.request.target;
    const list = listOf(facts.proxyEnv);
    const hosts = hostsOf(facts);
    if (!proxy || hosts.some((host) => coversHost(list?.value ?? "", host, port))) return undefined;
    const host = hosts.join(" or ");
    const without = list ? `${list.name} does not name it` : "NO_PROXY is not set";
    return {
      severity: "warning",
      title: `${proxy.name} sends clients of ${scheme}://${hosts[0] ?? host}:${port} to the proxy ${hideSecret(proxy.value)}, and ${without}`,
      evidence: [
        { what: `${proxy.name}=${hideSecret(proxy.value)}`, source: "environment" },
        ...(list ? [{ what: `${list.name}=${excerpt(list.value, 160)}`, source: "environment" }] : []),
        ...(isReached(facts) ? [{ what: "a direct connection is taken", source: "connect" }] : []),
      ],
      remedies: [extendList(facts, list, hosts)],
    };
  },
};

/** http or https, where a client that heeds the variables would be used. */
function schemeOf({ request: { target }, listeners }: Facts): "http" | "https" | undefined {
  switch (target.url?.scheme) {
    case "http":
    case "ws":
      return "http";
    case "https":
    case "wss":
      return "https";
    case undefined: {
      const owners = listeners.flatMap((listener) => listener.owners);
      return owners.some(({ server }) => isWebServer(server)) ? "http" : undefined;
    }
  }
}

/** A proxy is meant for what is far; it is where the target is near that nobody wants it. */
function isNear(facts: Facts): boolean {
  if (facts.isLocal) return isReached(facts);
  const isPrivate = facts.candidates.some(({ address }) => spaceOf(address) !== "public");
  return isPrivate && (isReached(facts) || findDropped(facts).length > 0);
}

/** As a client would write them: a bare port is asked for on localhost, by either name. */
function hostsOf({ request: { target }, candidates }: Facts): readonly string[] {
  if (target.host.kind !== "this-machine") return [hostText(target.host)];
  return ["localhost", ...(candidates.some(({ address }) => isLoopback(address)) ? ["127.0.0.1"] : [])];
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

/** The variable that counts: the one of the scheme before that for all, the lower case before the upper. */
function findProxy(env: Facts["proxyEnv"], scheme: "http" | "https"): Variable | undefined {
  return firstOf(env, [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`, "all_proxy", "ALL_PROXY"]);
}

function listOf(env: Facts["proxyEnv"]): Variable | undefined {
  return firstOf(env, ["no_proxy", "NO_PROXY"]);
}

function firstOf(env: Facts["proxyEnv"], names: readonly string[]): Variable | undefined {
  const name = names.find((each) => env[each] !== undefined);
  return name === undefined ? undefined : { name, value: env[name] ?? "" };
}

/** A proxy's address may hold a name and a password. */
function hideSecret(value: string): string {
  return excerpt(value.replace(/^([a-z0-9+.-]+:\/\/)?[^/@]*@/i, "$1…@"), 120);
}

function extendList({ system }: Facts, list: Variable | undefined, hosts: readonly string[]): Remedy {
  const name = list?.name ?? "NO_PROXY";
  const bare = hosts.map((host) => host.replace(/^\[(.*)\]$/, "$1"));
  const value = [...(list && list.value !== "" ? [list.value] : []), ...bare].join(",");
  return {
    what: `have clients connect to ${hosts.join(" and ")} directly`,
    commands: [system === "windows" ? ["setx", name, value] : ["export", `${name}=${value}`]],
    risk: "none",
    undo: list ? `set ${name} to ${excerpt(list.value, 160)} again` : `\`unset ${name}\``,
  };
}
