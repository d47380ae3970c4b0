import type { Evidence, Remedy } from "../../core/finding.ts";
import type { Cause } from "../cause.ts";
import { excerpt } from "../words/excerpt.ts";
import type { Certificate } from "../speak/conversation.ts";
import { describeSpeaker } from "../reading/talks.ts";

const MOST_NAMES = 5;

export const certificate: Cause = {
  code: "CERTIFICATE",
  stage: "protocol",
  summary: "clients refuse the server's certificate: out of date, for another name, or of nobody they trust",
  explain: [
    "A client that checks certificates breaks off when it has expired or is not valid yet (or its own clock is wrong), stands",
    "for another name than the one asked for, or was not signed by anybody the client trusts: self-signed, a company's own",
    "authority, or a server that does not send its intermediate certificates.",
    "Renew it, ask for a name it has, or have the client trust its authority. (mkcert makes trusted ones for development.)",
  ],
  symptoms: ["connected"],
  needs: ["conversation"],
  dependsOn: [],
  judge(facts) {
    const { conversation } = facts.more;
    const tls = conversation?.tls;
    if (!conversation || tls?.kind !== "secured") return undefined;
    const fault = findFault(tls.certificate, tls.distrusted, conversation.host);
    if (!fault) return undefined;
    return {
      severity: "blocks",
      title: `clients refuse the certificate of ${describeSpeaker(facts, conversation)}: ${fault.why}`,
      evidence: [
        ...(tls.distrusted === undefined ? [] : [{ what: tls.distrusted, source: "TLS" }]),
        ...(tls.certificate ? showCertificate(tls.certificate) : []),
      ],
      remedies: fault.remedies,
    };
  },
};

interface Fault {
  readonly why: string;
  readonly remedies: readonly Remedy[];
}

function findFault(shown: Certificate | undefined, distrusted: string | undefined, host: string): Fault | undefined {
  // What is wrong with the dates or the name is wrong for everybody, and is said before whom the client trusts.
  if (shown && distrusted === "CERT_HAS_EXPIRED") {
    return { why: `it expired on ${day(shown.notAfter)}`, remedies: [RENEW] };
  }
  if (shown && distrusted === "CERT_NOT_YET_VALID") {
    const why = `it is valid from ${day(shown.notBefore)} on, and not yet`;
    return {
      why,
      remedies: [
        { what: "see whether this machine's clock is right", commands: [["date", "-u"]], risk: "none" },
        RENEW,
      ],
    };
  }
  if (shown && !shown.coversHost) {
    const names =
      shown.names.length === 0
        ? "nothing"
        : shown.names
            .slice(0, MOST_NAMES)
            .map((name) => excerpt(name, 60))
            .join(", ");
    const what = `ask for a name that it has (${names}), or have it made for ${host} too`;
    return { why: `it stands for ${names}, not for ${host}`, remedies: [{ what, commands: [], risk: "restart" }] };
  }
  if (distrusted === undefined) return undefined;
  const issuer = shown ? excerpt(shown.issuer, 60) : "nobody known";
  const isSelfSigned = shown !== undefined && shown.subject === shown.issuer;
  const why = isSelfSigned
    ? `it is self-signed (${distrusted})`
    : `nobody they trust has signed it, but ${issuer} (${distrusted})`;
  return { why, remedies: [isSelfSigned ? TRUST : TRUST_OR_CHAIN, MKCERT] };
}

function showCertificate({ subject, issuer, names, notBefore, notAfter }: Certificate): readonly Evidence[] {
  const said = [
    `subject ${excerpt(subject)}`,
    `issuer ${excerpt(issuer)}`,
    `names ${excerpt(names.slice(0, MOST_NAMES).join(", "), 160) || "none"}`,
    `valid from ${day(notBefore)} to ${day(notAfter)}`,
  ];
  return said.map((what) => ({ what, source: "certificate" }));
}

/** `2025-02-04`; a date that can't be one is shown as it is. */
function day(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString().slice(0, 10);
}

const RENEW: Remedy = { what: "renew the certificate, and have the server load it", commands: [], risk: "restart" };
const TRUST: Remedy = {
  what: "have the client trust it (`curl --cacert FILE`, NODE_EXTRA_CA_CERTS=FILE, the system's store)",
  commands: [],
  risk: "weakens",
  undo: "take it out of the store again",
};
const TRUST_OR_CHAIN: Remedy = {
  what: "have the server send its intermediate certificates (fullchain), or the client trust that authority",
  commands: [],
  risk: "restart",
};
const MKCERT: Remedy = {
  what: "for development, mkcert makes certificates that this machine trusts",
  commands: [["mkcert", "-install"]],
  risk: "weakens",
  undo: "`mkcert -uninstall`",
};
