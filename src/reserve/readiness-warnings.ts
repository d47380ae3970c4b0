import { type Address, isAny, sameAddress } from "../core/address.ts";
import { formatEndpoint } from "../core/endpoint.ts";
import { joinWords } from "../core/port-held-error.ts";
import type { ReserveEvent } from "../core/reserve-event.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";
import { programName } from "./program-name.ts";
import type { Bound, WatchedPort } from "./verify.ts";

type Warning = Extract<ReserveEvent, { kind: "warning" }>;

/** The command does not serve on these ports in time; perhaps it listens elsewhere. */
export function warnOfLateStart(
  request: ReserveRequest,
  late: readonly WatchedPort[],
  elsewhere: readonly Bound[],
): Warning {
  const wanted = joinWords(late.map(({ port }) => String(port)));
  if (elsewhere.length > 0) {
    const ports = joinWords([...new Set(elsewhere.map(({ at }) => String(at.port)))]);
    const places = joinWords(elsewhere.map(({ at, pid }) => `${formatEndpoint(at)} (pid ${pid})`));
    const what = `bound ${ports}, not ${wanted}: it listens on ${places}`;
    const hint = "tell the command its port: `{port}` stands for it, and PORT is set";
    return { kind: "warning", code: "WRONG_PORT", what, hint };
  }
  const what = `${programName(request.command)} does not listen on ${wanted} after ${request.readyTimeoutMs / 1000} s`;
  return {
    kind: "warning",
    code: "NOT_BOUND",
    what,
    hint: "it goes on; `--ready-timeout` says how long a start may take",
  };
}

/** The command serves on other addresses of a port than those that were asked for. */
export function warnOfAddresses(
  request: ReserveRequest,
  ports: readonly WatchedPort[],
  bound: readonly Bound[],
): Warning[] {
  return request.ports.flatMap(({ hosts }, index): Warning[] => {
    if (hosts === "every" || hosts.some(isAny)) return [];
    const own = bound.filter(({ at }) => at.port === ports[index]?.port && at.protocol === ports[index].protocol);
    const isAsked = (address: Address) => hosts.some((host) => sameAddress(host, address));
    const others = own.map(({ at }) => at.address).filter((address) => !isAsked(address));
    if (others.length === 0) return [];
    const what = `bound ${joinWords(others.map(({ text }) => text))}, not ${joinWords(hosts.map(({ text }) => text))}`;
    return [
      { kind: "warning", code: "WRONG_ADDRESS", what, hint: "tell the command its address: `{host}` stands for it" },
    ];
  });
}
