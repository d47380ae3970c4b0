import { parseAddress } from "../../core/address.ts";
import { type AddressSpace, spaceOf } from "../reading/address-space.ts";
import type { Cause } from "../cause.ts";
import { isReached } from "../reading/failures.ts";
import type { Remedy } from "../../core/finding.ts";
import { excerpt } from "../words/excerpt.ts";

export const localNetworkAccess: Cause = {
  code: "LOCAL_NETWORK_ACCESS",
  stage: "client",
  summary: "a page from the internet may not open this target before its user has allowed it (Local Network Access)",
  explain: [
    "Since Chrome 142 a page from a public address has to ask its user before it may fetch from the local network or from",
    "localhost; a page that is not secure (http://) can't even ask. The request fails before CORS is looked at, and curl",
    "gets there. Allow it in the site's settings, serve the page by https, or from the same network.",
  ],
  symptoms: ["connected"],
  needs: [],
  dependsOn: [],
  judge(facts) {
    const { origin } = facts.request;
    const page = origin === undefined ? undefined : readOrigin(origin);
    const near = facts.candidates.find(({ address }) => spaceOf(address) !== "public");
    if (!page || page.space !== "public" || !near || !isReached(facts)) return undefined;
    const kind = SHOWN[spaceOf(near.address)];
    const where = `${near.address.text} is ${kind}`;
    const title = page.secure
      ? `a page of ${page.text} has to ask its user before it may open ${near.address.text}, which is ${kind} (Chrome 142 and later)`
      : `a page of ${page.text} is not secure, so Chrome 142 and later don't let it open ${near.address.text}, which is ${kind}`;
    return {
      severity: "warning",
      title,
      evidence: [
        { what: where, source: "address" },
        {
          what: `${page.text} ${page.known ? "is a public address" : "is a name of the internet, as it seems"}`,
          source: "--origin",
        },
      ],
      remedies: findRemedies(page.secure),
    };
  },
};

const SHOWN: Readonly<Record<AddressSpace, string>> = {
  loopback: "this machine",
  local: "on the local network",
  public: "public",
};

interface Page {
  readonly text: string;
  readonly secure: boolean;
  readonly space: AddressSpace;
  /** It is an address, which tells; a name is taken for one of the internet. */
  readonly known: boolean;
}

/** Names of this machine or of a local network, by their endings (RFC 6761, 6762, 8375, and the usual ones). */
const LOCAL_NAME = /(?:^|\.)(?:local|lan|home|internal|home\.arpa|test|localdomain)$/;

function readOrigin(origin: string): Page | undefined {
  if (!URL.canParse(origin)) return undefined;
  const { protocol, hostname, host } = new URL(origin);
  if (protocol !== "http:" && protocol !== "https:") return undefined;
  const address = parseAddress(hostname);
  const page = { text: excerpt(`${protocol}//${host}`), secure: protocol === "https:" };
  if (address) return { ...page, space: spaceOf(address), known: true };
  if (/(?:^|\.)localhost$/.test(hostname)) return { ...page, space: "loopback", known: true };
  const isLocal = LOCAL_NAME.test(hostname) || !hostname.includes(".");
  return { ...page, space: isLocal ? "local" : "public", known: false };
}

function findRemedies(secure: boolean): readonly Remedy[] {
  return [
    secure
      ? {
          what: "allow it in the browser, at the prompt or in the site's settings (Local network access)",
          commands: [],
          risk: "weakens",
        }
      : { what: "serve the page by https, so that it may ask", commands: [], risk: "restart" },
    { what: "serve the page from the same machine or network as the target", commands: [], risk: "restart" },
  ];
}
