import { type Addressee, ask, type Asked } from "./ask.ts";
import type { HttpTalk, McpTalk } from "./conversation.ts";
import type { ServerEvent } from "./event-reader.ts";
import { isStream } from "./http-reader.ts";
import { INITIALIZE_ID, initializeMessage, readAnswers, readServer } from "./mcp-messages.ts";
import { HEAD_ONLY, postOf, streamOf, untilEvent } from "./mcp-request.ts";
import { authorityOf } from "./question.ts";

/** The last revision of the transport by two endpoints. */
const REVISION = "2024-11-05";

/**
 * The older transport: GET opens a stream, whose first event names the endpoint that messages are posted to; the answers
 * come on the stream. The session ends with the connection.
 */
export async function speakOldMcp(whom: Addressee, request: Asked): Promise<Partial<McpTalk>> {
  const refused = Promise.withResolvers<void>();
  let posted: Promise<HttpTalk | undefined> | undefined;
  let server: McpTalk["server"];
  const isLast = ({ name, data }: ServerEvent): boolean => {
    if (name === "endpoint" && !posted) {
      const path = pathOnTarget(data, request);
      if (path === undefined) return true;
      posted = post(whom, { ...request, path }, refused.resolve);
    }
    const result = readAnswers(data).find(({ id }) => id === INITIALIZE_ID)?.result;
    if (result) server = readServer(result);
    return result !== undefined;
  };
  const isEnoughOfEvents = untilEvent(isLast);
  // What is no stream of events has nothing to say here but its head.
  const isEnough: typeof isEnoughOfEvents = (head, piece) => !isStream(head.headers) || isEnoughOfEvents(head, piece);
  const { reply } = await ask(whom, { ...streamOf(request), isEnough, until: refused.promise });
  const initialize = await posted;
  return {
    ...(reply && { stream: reply.talk }),
    ...(initialize && { transport: "sse", initialize, session: "given" }),
    ...(server && { server }),
  };
}

async function post(whom: Addressee, request: Asked, giveUp: () => void): Promise<HttpTalk | undefined> {
  const { reply } = await ask(whom, { ...postOf(request, initializeMessage(REVISION)), isEnough: HEAD_ONLY });
  const isTaken = reply?.talk.kind === "answered" && reply.talk.answer.status < 300;
  if (!isTaken) giveUp();
  return reply?.talk;
}

/** The path of an endpoint, where it is the target's own: nobody else is contacted. */
function pathOnTarget(endpoint: string, request: Asked): string | undefined {
  const base = `${request.secure ? "https" : "http"}://${authorityOf(request.host, request)}`;
  const url = URL.parse(endpoint, `${base}${request.path}`);
  return url && url.origin === URL.parse(base)?.origin ? `${url.pathname}${url.search}` : undefined;
}
