import { readFileSync } from "node:fs";
import type { NameAnswer } from "../../../core/network.ts";
import { parseAddress } from "../../../core/address.ts";
import { findHostsLines } from "../../dns/hosts-lines.ts";

type Failed = Extract<NameAnswer, { kind: "failed" }>;

/** A name as Windows resolves it for every client (GetAddrInfoW, in a thread), in its order. */
export async function resolveName(name: string): Promise<NameAnswer> {
  const hostsLines = findHostsLines(readHosts(), name);
  try {
    const found = await Bun.dns.lookup(name, { backend: "libc", socketType: "tcp" });
    return {
      kind: "addresses",
      name,
      addresses: found.flatMap(({ address }) => parseAddress(address) ?? []),
      hostsLines,
    };
  } catch (error) {
    return { kind: "failed", name, ...explainFailure(error), hostsLines };
  }
}

function readHosts(): string {
  try {
    return readFileSync(`${process.env["SystemRoot"] ?? "C:\\Windows"}\\System32\\drivers\\etc\\hosts`, "utf8");
  } catch {
    return "";
  }
}

/** The runtime's codes are c-ares' names of what Windows said. */
function explainFailure(error: unknown): Pick<Failed, "failure" | "shown"> {
  const code = error instanceof Error && "code" in error ? String(error.code).replace(/^DNS_/, "") : "";
  switch (code) {
    case "ENOTFOUND":
      return { failure: "not-found", shown: "WSAHOST_NOT_FOUND (11001)" };
    case "ENODATA":
      return { failure: "no-address", shown: "WSANO_DATA (11004)" };
    case "EAI_AGAIN":
      return { failure: "temporary", shown: "WSATRY_AGAIN (11002)" };
    default:
      return { failure: "other", shown: code || String(error) };
  }
}
