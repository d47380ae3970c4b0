import { type Addressee, ask, type Answered, shakeHands } from "./ask.ts";
import type { Reply } from "./ask-over.ts";
import type { HttpTalk } from "./conversation.ts";
import { listValues } from "./head-reader.ts";
import { authorityOf, type Question } from "./question.ts";

export interface Thorough extends Answered {
  /** The answer to the same question under `Host: localhost`, where the first was turned away. */
  readonly other?: Reply;
}

/** How a server says that it does not go by this name. Some say it to any request that they can't read, too. */
export const HOST_REFUSALS: ReadonlySet<number> = new Set([400, 403, 421]);

/**
 * Asks, and where that was turned away, asks again in the way that tells why: under another Host, or in the other scheme,
 * since servers of the one mostly just close when they hear the other. Never rejects.
 */
export async function askThoroughly(
  whom: Addressee,
  question: Question,
  refusals: ReadonlySet<number> = HOST_REFUSALS,
): Promise<Thorough> {
  const first = await ask(whom, question);
  const other = await askAsLocalhost(whom, question, first.reply?.talk, refusals);
  const { tls, reply } = whom.secure ? await tryPlain(whom, question, first) : await trySecure(whom, first, other);
  return { ...(tls && { tls }), ...(reply && { reply }), ...(other && { other }) };
}

async function askAsLocalhost(
  whom: Addressee,
  question: Question,
  talk: HttpTalk | undefined,
  refusals: ReadonlySet<number>,
): Promise<Reply | undefined> {
  const authority = authorityOf("localhost", whom);
  if (talk?.kind !== "answered" || !refusals.has(talk.answer.status) || authority === question.authority)
    return undefined;
  return (await ask(whom, { ...question, authority })).reply;
}

/** Plain HTTP that was cut off, or called a bad request under any name: whether TLS is what is spoken there. */
async function trySecure(whom: Addressee, { reply }: Answered, other: Reply | undefined): Promise<Answered> {
  if (!reply) return {};
  const isUnread = isCutOff(reply.talk) || (isBadRequest(reply.talk) && (!other || isBadRequest(other.talk)));
  if (!isUnread) return { reply };
  const { kind } = await shakeHands({ ...whom, secure: true });
  return { reply: kind === "secured" || kind === "refused" ? { ...reply, talk: { kind: "tls" } } : reply };
}

function isCutOff(talk: HttpTalk): boolean {
  return talk.kind === "failed" && (talk.failure.kind === "closed" || talk.failure.kind === "reset");
}

/** One in JSON has been read by whoever answers it. */
function isBadRequest(talk: HttpTalk): boolean {
  if (talk.kind !== "answered" || talk.answer.status !== 400) return false;
  return !listValues(talk.answer.headers, "content-type").some((type) => type.includes("json"));
}

/** TLS that was cut off: whether plain HTTP is what is spoken there. */
async function tryPlain(whom: Addressee, question: Question, answered: Answered): Promise<Answered> {
  const { tls } = answered;
  if (tls?.kind !== "failed" || tls.failure.kind === "not-connected") return answered;
  const { method, path, authority, headers } = { ...question, method: "GET" as const };
  const { reply, start } = await ask({ ...whom, secure: false }, { method, path, authority, headers });
  return reply?.talk.kind === "answered" && start ? { tls: { kind: "plain", start } } : answered;
}
