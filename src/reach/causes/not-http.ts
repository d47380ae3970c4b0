import type { Cause } from "../cause.ts";
import { excerpt } from "../words/excerpt.ts";
import { showListener } from "../words/evidence.ts";
import type { Facts } from "../facts.ts";
import { isDatabase } from "../recognize/server.ts";
import { nameProtocol, startsAsHttp } from "../recognize/spoken-protocol.ts";
import type { TalkFailure } from "../speak/conversation.ts";
import {
  asksToSpeak,
  describeSpeaker,
  HANDSHAKE,
  listenerAt,
  onPlace,
  speakerKinds,
  talkFailure,
} from "../reading/talks.ts";

export const notHttp: Cause = {
  code: "NOT_HTTP",
  stage: "protocol",
  summary: "what listens there does not speak HTTP (or TLS): another server has the port",
  explain: [
    "The connection is taken, and what comes back is another protocol's: an SSH or mail server, a database, HTTP/2 without",
    "TLS (gRPC). Mostly it is the wrong port, or another program has taken it.",
    "`portguard reach PORT` without a scheme says who listens.",
  ],
  symptoms: ["connected", "reset"],
  needs: ["conversation"],
  dependsOn: [
    "SCHEME_MISMATCH",
    "TLS_REFUSED",
    "CONTAINER_PAUSED",
    "PROCESS_STOPPED",
    "HELD_BY_DEBUGGER",
    "FILES_EXHAUSTED",
    "BACKLOG_FULL",
    "ACCEPT_STUCK",
  ],
  judge(facts) {
    const { conversation } = facts.more;
    const other = asksToSpeak(facts) ? findOther(facts) : undefined;
    if (!conversation || !other) return undefined;
    const { port } = conversation.to;
    const who = describeSpeaker(facts, conversation);
    const listener = listenerAt(facts, conversation.to);
    return {
      severity: "blocks",
      title: `${who} speaks ${other.speaks}${onPlace(who, conversation.to)}`,
      evidence: [{ what: other.seen, source: "connection" }, ...(listener ? [showListener(listener)] : [])],
      remedies: [
        {
          what: `see who has port ${port}, and which port the server that is meant has`,
          commands: facts.isLocal ? [["portguard", "reach", String(port)]] : [],
          risk: "none",
        },
      ],
    };
  },
};

interface Other {
  /** `SSH`, `its own protocol, and no HTTP`. */
  readonly speaks: string;
  readonly seen: string;
}

function findOther(facts: Facts): Other | undefined {
  const { conversation } = facts.more;
  const failed = talkFailure(facts);
  const isOfDatabase = conversation !== undefined && speakerKinds(facts, conversation).some(isDatabase);
  const own = isOfDatabase ? "its own protocol, and no HTTP" : "something else than HTTP";
  const start = startOf(facts);
  if (start) {
    const begins = `the answer to ${failed?.asked ?? HANDSHAKE} begins with \`${excerpt(start, 60)}\``;
    return { speaks: nameProtocol(start) ?? own, seen: begins };
  }
  const kind = failed?.failure.kind;
  if (!failed || !isOfDatabase || kind === undefined) return undefined;
  const how = SHOWN[kind];
  return how === undefined ? undefined : { speaks: own, seen: `${how} ${failed.asked}` };
}

/** A database gives up, or waits, for what it can't read. */
const SHOWN: { readonly [Kind in TalkFailure["kind"]]?: string } = {
  closed: "the connection was closed after",
  reset: "the connection was reset after",
  silent: "no complete answer came back for",
};

/** What came that is no HTTP, nor TLS. */
function startOf(facts: Facts): Uint8Array | undefined {
  const failure = talkFailure(facts)?.failure;
  if (failure?.kind === "malformed") return failure.start;
  const tls = facts.more.conversation?.tls;
  return tls?.kind === "plain" && !startsAsHttp(tls.start) ? tls.start : undefined;
}
