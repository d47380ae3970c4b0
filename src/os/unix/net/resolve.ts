import type { NameAnswer } from "../../../core/network.ts";
import { findHostsLines } from "../../dns/hosts-lines.ts";
import { readTextPath } from "../paths.ts";
import { parseScopedAddress } from "./scoped-address.ts";

type Failed = Extract<NameAnswer, { kind: "failed" }>;

/** netdb.h of Linux, glibc and musl alike. macOS says EAI_NONAME for this, too. */
const EAI_NODATA = -5;
const NUMBER_WITHIN_MS = 1000;

/**
 * A name as the C library resolves it for every client: the hosts file, nsswitch.conf and its plug-ins, its own order.
 * The runtime runs getaddrinfo() in a thread and keeps its answer as it is.
 */
export async function resolveName(name: string): Promise<NameAnswer> {
  const hostsLines = findHostsLines(readTextPath("/etc/hosts") ?? "", name);
  try {
    const found = await Bun.dns.lookup(name, { backend: "libc", socketType: "tcp" });
    const addresses = found.flatMap(({ address }) => parseScopedAddress(address) ?? []);
    return { kind: "addresses", name, addresses, hostsLines };
  } catch (error) {
    return { kind: "failed", name, ...(await explainFailure(name, error)), hostsLines };
  }
}

/** The runtime's codes are c-ares' names of getaddrinfo's numbers. */
async function explainFailure(name: string, error: unknown): Promise<Pick<Failed, "failure" | "shown">> {
  const code = error instanceof Error && "code" in error ? String(error.code).replace(/^DNS_/, "") : "";
  switch (code) {
    case "ENOTFOUND":
      return (await hasNoAddress(name))
        ? { failure: "no-address", shown: "EAI_NODATA" }
        : { failure: "not-found", shown: "EAI_NONAME" };
    case "EAI_AGAIN":
      return { failure: "temporary", shown: "EAI_AGAIN" };
    case "EBADRESP":
      return { failure: "other", shown: "EAI_FAIL" };
    default:
      return { failure: "other", shown: code || String(error) };
  }
}

/** Asks once more, for the number itself: in a thread, since it may take its time. */
async function hasNoAddress(name: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const worker = new Worker(new URL("./getaddrinfo-worker.ts", import.meta.url).href);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, NUMBER_WITHIN_MS, false);
  worker.onmessage = ({ data }: MessageEvent<number>) => resolve(data === EAI_NODATA);
  worker.onerror = () => resolve(false);
  worker.postMessage(name);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}
