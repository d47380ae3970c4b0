import type { Duplex } from "node:stream";
import { askHttp1, askHttp2, type Reply } from "./ask-over.ts";
import { openConnection } from "./connect.ts";
import type { HttpTalk, SpeakRequest, TalkFailure, TlsTalk } from "./conversation.ts";
import { Deadline } from "./deadline.ts";
import type { Question } from "./question.ts";
import { codeOf } from "./receive.ts";
import { recognizeStart } from "./recognize-start.ts";
import { type Protocols, secure, type Secured } from "./secure.ts";
import { Tap } from "./tap.ts";
import { alertOfCode } from "./tls-alerts.ts";

/** A request on its way: `whole` is the time for all its questions together. */
export type Asked = SpeakRequest & { readonly whole: Deadline };

/** Whom to ask, and what may be spoken there. */
export type Addressee = Pick<Asked, "to" | "host" | "secure" | "timeoutMs" | "whole"> & {
  /** What to offer under TLS. */
  readonly protocols: Protocols;
};

export interface Answered {
  /** Only of a secure addressee. */
  readonly tls?: TlsTalk;
  /** Missing where TLS did not come about. */
  readonly reply?: Reply;
  /** The first bytes that came, whatever they were. */
  readonly start?: Uint8Array;
}

/** One question on a connection of its own, which is gone when this answers. Never rejects; takes `timeoutMs` at most. */
export async function ask(whom: Addressee, question: Question): Promise<Answered> {
  if (whom.secure) return converseOver(whom, (line) => askSecurely(line, whom, question));
  const first = await converseOver(whom, (line) => askPlainly(line, question));
  const upgrades = question.headers.some(([name]) => name === "upgrade");
  if (upgrades || !speaksHttp2(first.reply?.talk)) return first;
  // It says HTTP/2 and nothing else: the same question in its own words, on another connection.
  const second = await converseOver(whom, async ({ tap, deadline }) => ({
    reply: await askHttp2(tap, "http", question, deadline),
  }));
  return second.reply?.talk.kind === "answered" ? second : first;
}

/** Nothing but a TLS handshake. */
export async function shakeHands(whom: Addressee): Promise<TlsTalk> {
  const only = async (line: Line): Promise<Answered> => ({ tls: (await secureLine(line, whom)).talk });
  const { tls, reply } = await converseOver(whom, only);
  const failure = reply?.talk.kind === "failed" ? reply.talk.failure : undefined;
  return tls ?? { kind: "failed", failure: failure ?? { kind: "closed", afterMs: 0 } };
}

interface Line {
  readonly tap: Tap;
  readonly deadline: Deadline;
}

/** Opens a connection, lets `speak` speak over it, and destroys it. */
async function converseOver(whom: Addressee, speak: (line: Line) => Promise<Answered>): Promise<Answered> {
  const deadline = new Deadline(Math.min(whom.timeoutMs, whom.whole.leftMs));
  const answered = await speakOver(whom, deadline, speak);
  // The little that was left was our own fault: what did not come by then is no silence of theirs.
  const isShort = deadline.timeoutMs < whom.timeoutMs / 2;
  return isShort && hasNoAnswer(answered) ? {} : answered;
}

function hasNoAnswer({ tls, reply }: Answered): boolean {
  const talk = reply?.talk ?? tls;
  if (talk?.kind !== "failed") return false;
  return talk.failure.kind === "silent" || talk.failure.kind === "not-connected";
}

async function speakOver(
  whom: Addressee,
  deadline: Deadline,
  speak: (line: Line) => Promise<Answered>,
): Promise<Answered> {
  const opened = await openConnection(whom.to, deadline);
  if (opened.kind === "failed") return failed(opened.failure);
  const tap = new Tap(opened.socket);
  try {
    return { ...(await speak({ tap, deadline })), start: tap.start };
  } catch (error) {
    // A library that can't cope with what came; it is not said in other words than its own.
    return failed({ kind: "not-connected", because: codeOf(error) });
  } finally {
    tap.destroy();
  }
}

function failed(failure: TalkFailure): Answered {
  return { reply: { talk: { kind: "failed", failure }, body: new Uint8Array(0) } };
}

async function askPlainly({ tap, deadline }: Line, question: Question): Promise<Answered> {
  return { reply: await askHttp1(tap, question, deadline) };
}

async function askSecurely(line: Line, whom: Addressee, question: Question): Promise<Answered> {
  const { talk, stream } = await secureLine(line, whom);
  if (!stream) return { tls: talk };
  const reply = await askOver(stream, line, question, talk);
  const { ending } = reply;
  // In TLS 1.3 a client's certificate is missed only after its side of the handshake.
  const alert = ending?.why === "broken" && reply.talk.kind === "failed" ? alertOfCode(ending.code) : undefined;
  return alert === undefined ? { tls: talk, reply } : { tls: { kind: "refused", alert } };
}

function askOver(stream: Duplex, { deadline }: Line, question: Question, tls: TlsTalk): Promise<Reply> {
  const isHttp2 = tls.kind === "secured" && tls.alpn === "h2";
  return isHttp2 ? askHttp2(stream, "https", question, deadline) : askHttp1(stream, question, deadline);
}

function secureLine({ tap, deadline }: Line, { host, protocols }: Addressee): Promise<Secured> {
  return secure(tap, host, protocols, deadline);
}

function speaksHttp2(talk: HttpTalk | undefined): boolean {
  const start = talk?.kind === "failed" && talk.failure.kind === "malformed" ? talk.failure.start : undefined;
  return start !== undefined && recognizeStart(start) === "http/2";
}
