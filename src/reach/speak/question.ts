import { isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import type { SpeakRequest } from "./conversation.ts";
import type { Headers } from "./head-reader.ts";
import type { IsEnough } from "./http-reader.ts";

/** One HTTP request, and how much of the answer is wanted. */
export interface Question {
  readonly method: "GET" | "POST" | "DELETE";
  /** With the query. */
  readonly path: string;
  /** What Host says: `localhost:8000`. */
  readonly authority: string;
  readonly headers: Headers;
  readonly body?: string;
  readonly isEnough?: IsEnough;
  /** Settles when the rest of the answer is wanted no more. */
  readonly until?: Promise<unknown>;
  /** What is said to a successful upgrade before we leave. */
  readonly farewell?: Uint8Array;
}

/** As a client names the target: the port is left out where it is the scheme's own. */
export function authorityOf(host: string, { to, secure }: Pick<SpeakRequest, "to" | "secure">): string {
  const [bare = ""] = host.split("%");
  const name = isIPv6(bare) ? `[${bare}]` : domainToASCII(bare) || visible(bare);
  return to.port === (secure ? 443 : 80) ? name : `${name}:${to.port}`;
}

/** The path as it stands in a request: nothing in it may end the line. */
export function requestPath(path: string): string {
  const [upToFragment = ""] = path.split("#");
  const encoded = upToFragment.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent);
  return encoded.startsWith("/") ? encoded : `/${encoded}`;
}

/** The Origin that a browser would send with it. */
export function originHeader(origin: string | undefined): Headers {
  return origin === undefined ? [] : [["origin", visible(origin)]];
}

/** Nothing but visible ASCII: what a header can hold. */
function visible(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, "");
}

/** The request as HTTP/1.1 sends it. */
export function writeRequest({ method, path, authority, headers, body }: Question): string {
  const upgrades = headers.some(([name]) => name === "connection");
  const all: Headers = [
    ["host", authority],
    ["user-agent", "portguard"],
    ...headers,
    ...(upgrades ? [] : [["connection", "close"] as const]),
    ...(body === undefined ? [] : [["content-length", `${Buffer.byteLength(body)}`] as const]),
  ];
  const lines = all.map(([name, value]) => `${headerCase(name)}: ${value}`);
  return [`${method} ${requestPath(path)} HTTP/1.1`, ...lines, "", body ?? ""].join("\r\n");
}

/** `User-Agent`: some servers insist on the customary case. */
function headerCase(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}
