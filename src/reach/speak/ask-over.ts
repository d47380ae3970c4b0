import type { Duplex } from "node:stream";
import { Deadline } from "./deadline.ts";
import type { HttpTalk } from "./conversation.ts";
import { writeAcknowledgement, writeHttp2Request } from "./http2-request.ts";
import { Http2Reader } from "./http2-reader.ts";
import { HttpReader } from "./http-reader.ts";
import { type Question, writeRequest } from "./question.ts";
import { type Ending, receive } from "./receive.ts";

export interface Reply {
  readonly talk: HttpTalk;
  /** What was read of the body; `talk` has only its start. */
  readonly body: Uint8Array;
  /** How the reading ended, where it is known. */
  readonly ending?: Ending;
}

/** Asks one question over a connection, and reads the answer as far as it is wanted. */
export async function askHttp1(stream: Duplex, question: Question, deadline: Deadline): Promise<Reply> {
  const reader = new HttpReader(question.isEnough);
  const reading = receive(stream, (bytes) => reader.take(bytes, deadline.passedMs), deadline, question.until);
  stream.write(writeRequest(question));
  const ending = await reading;
  const talk = reader.conclude(ending, deadline.passedMs);
  if (question.farewell && talk.kind === "answered" && talk.answer.status === 101) {
    await takeLeave(stream, question.farewell, deadline);
  }
  return { talk, body: reader.body, ending };
}

/** The same question in HTTP/2, over a connection that is to speak it. */
export async function askHttp2(
  stream: Duplex,
  scheme: "http" | "https",
  question: Question,
  deadline: Deadline,
): Promise<Reply> {
  const acknowledge = once(() => void stream.write(writeAcknowledgement()));
  const reader = new Http2Reader(question.isEnough, acknowledge);
  const reading = receive(stream, (bytes) => reader.take(bytes, deadline.passedMs), deadline, question.until);
  stream.write(writeHttp2Request(question, scheme));
  const ending = await reading;
  return { talk: reader.conclude(ending, deadline.passedMs), body: reader.body, ending };
}

/** Only the first call counts: a flood must not be answered with one. */
function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

/** Says goodbye, and gives the other side a moment to say it too. */
async function takeLeave(stream: Duplex, farewell: Uint8Array, deadline: Deadline): Promise<void> {
  const parting = receive(stream, () => false, new Deadline(Math.min(PARTING_MS, deadline.leftMs)));
  stream.write(farewell);
  await parting;
}

const PARTING_MS = 500;
