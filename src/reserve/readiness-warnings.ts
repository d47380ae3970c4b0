import { type Address, isAny, sameAddress } from "../core/address.ts";
import { formatEndpoint } from "../core/endpoint.ts";
import { joinWords } from "../core/port-held-error.ts";
import type { ReserveEvent } from "../core/reserve-event.ts";
import type { ReadyCheck, ReserveRequest } from "../core/reserve-request.ts";
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

/** The command listens on all of its ports in time, and is not ready by what was to show it. */
export function warnOfNotReady(request: ReserveRequest, ports: readonly WatchedPort[]): Warning {
  const { ready, readyTimeoutMs } = request;
  const listens = `${programName(request.command)} listens on ${joinWords(ports.map(({ port }) => String(port)))}`;
  const what = `${listens} but ${describeMissing(ready)} after ${readyTimeoutMs / 1000} s`;
  const other = "`--ready http` asks it, `--ready none` takes it as it is";
  const hint = ready.kind === "listen" ? other : "`--ready-timeout` says how long a start may take";
  return { kind: "warning", code: "NOT_READY", what, hint: `it goes on; ${hint}` };
}

function describeMissing(ready: ReadyCheck): string {
  switch (ready.kind) {
    case "http": {
      const status = ready.status === undefined ? "with a status below 500" : `with ${ready.status}`;
      return `does not answer \`GET ${ready.path}\` ${status}`;
    }
    case "log":
      return `has written no line like \`${ready.pattern.source}\``;
    case "listen":
    case "none":
      return "is not seen to wait for connections";
  }
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
