import { randomUUID } from "node:crypto";
import { type Addressee, ask, type Asked } from "./ask.ts";
import type { Reply } from "./ask-over.ts";
import { askThoroughly } from "./ask-thoroughly.ts";
import { Deadline } from "./deadline.ts";
import type { Conversation, HttpTalk, McpTalk } from "./conversation.ts";
import type { Headers } from "./head-reader.ts";
import {
  discoverMessage,
  INITIALIZE_ID,
  initializedMessage,
  initializeMessage,
  isSessionlessError,
  OTHER_ID,
  pingMessage,
  readDiscovered,
  readServer,
  SESSION_REVISION,
  SESSIONLESS_REVISION,
} from "./mcp-messages.ts";
import { deleteOf, findAnswer, HEAD_ONLY, postOf, streamOf, untilAnswer } from "./mcp-request.ts";
import { authorityOf } from "./question.ts";
import { speakOldMcp } from "./speak-old-mcp.ts";

/** The statuses by which a server of the older transport may turn a POST away (revision 2025-11-25, transports). */
const OLD_REFUSALS: ReadonlySet<number> = new Set([400, 404, 405]);
const LEAVING_MS = 250;
/** 400 has many reasons in MCP. */
const HOST_REFUSALS: ReadonlySet<number> = new Set([403, 421]);

/** Opens an MCP session, looks how it is kept, and ends it: nothing of ours is left behind. */
export async function speakMcp(request: Asked): Promise<Pick<Conversation, "tls" | "mcp" | "otherHost">> {
  const whom: Addressee = { ...request, protocols: ["h2", "http/1.1"] };
  const opening = { ...postOf(request, initializeMessage(SESSION_REVISION)), isEnough: untilAnswer(INITIALIZE_ID) };
  const { tls, reply, other } = await askThoroughly(whom, opening, HOST_REFUSALS);
  const mcp = reply && (await goOn(whom, request, reply));
  if (reply) await endSession(whom, request, reply, authorityOf(request.host, request));
  if (other) await endSession(whom, request, other, authorityOf("localhost", whom));
  return { ...(tls && { tls }), ...(mcp && { mcp }), ...(other && { otherHost: other.talk }) };
}

async function goOn(whom: Addressee, request: Asked, reply: Reply): Promise<McpTalk> {
  const answer = findAnswer(reply, INITIALIZE_ID);
  const initialize = reply.talk;
  if (answer?.result) return useSession(whom, request, reply, readServer(answer.result));
  if (isSessionlessError(answer?.error)) return discover(whom, request, initialize);
  const isOld = initialize.kind === "answered" && OLD_REFUSALS.has(initialize.answer.status);
  const old = isOld ? await speakOldMcp(whom, request) : undefined;
  return { transport: "streamable-http", initialize, session: "none", ...old };
}

async function useSession(whom: Addressee, request: Asked, reply: Reply, server: McpTalk["server"]): Promise<McpTalk> {
  const own = sessionHeaders(reply, server?.protocol);
  const [stream, stale] = await Promise.all([
    openStream(whom, request, own),
    askStale(whom, request, server?.protocol),
  ]);
  const isGiven = own.some(([name]) => name === SESSION_ID);
  return {
    transport: "streamable-http",
    initialize: reply.talk,
    ...(server && { server }),
    session: isGiven ? "given" : "none",
    ...(stale && { stale }),
    ...(stream && { stream }),
  };
}

async function openStream(whom: Addressee, request: Asked, own: Headers): Promise<HttpTalk | undefined> {
  await ask(whom, { ...postOf(request, initializedMessage(), own), isEnough: HEAD_ONLY });
  const { reply } = await ask(whom, { ...streamOf(request, own), isEnough: HEAD_ONLY });
  return reply?.talk;
}

/** A ping in a session that the server has never given out, as a client has one after the server's restart. */
async function askStale(whom: Addressee, request: Asked, protocol?: string): Promise<HttpTalk | undefined> {
  const headers: Headers = [...versionHeader(protocol), [SESSION_ID, randomUUID()]];
  const question = { ...postOf(request, pingMessage(), headers), isEnough: untilAnswer(OTHER_ID) };
  return (await ask(whom, question)).reply?.talk;
}

async function endSession(whom: Addressee, request: Asked, reply: Reply, authority: string): Promise<void> {
  const result = findAnswer(reply, INITIALIZE_ID)?.result;
  const own = sessionHeaders(reply, result && readServer(result)?.protocol);
  if (!own.some(([name]) => name === SESSION_ID)) return;
  // Even when the time is up: a session that nobody ends stays with the server.
  const whole = new Deadline(Math.max(LEAVING_MS, whom.whole.leftMs));
  await ask({ ...whom, whole }, { ...deleteOf(request, own), authority, isEnough: HEAD_ONLY });
}

const SESSION_ID = "mcp-session-id";

/** What every further request of a session carries. */
function sessionHeaders({ talk }: Reply, protocol: string | undefined): Headers {
  const headers = talk.kind === "answered" ? talk.answer.headers : [];
  const id = headers.find(([name]) => name === SESSION_ID)?.[1];
  // The protocol allows visible ASCII alone; anything else would be our words in its mouth.
  const isSound = id !== undefined && /^[\x21-\x7e]{1,1024}$/.test(id);
  return [...versionHeader(protocol), ...(isSound ? [[SESSION_ID, id] as const] : [])];
}

function versionHeader(protocol = ""): Headers {
  const isSound = /^[0-9A-Za-z.-]{1,40}$/.test(protocol);
  return [["mcp-protocol-version", isSound ? protocol : SESSION_REVISION]];
}

/** A server that knows no sessions and no `initialize` any more. */
async function discover(whom: Addressee, request: Asked, initialize: HttpTalk): Promise<McpTalk> {
  const headers: Headers = [
    ["mcp-protocol-version", SESSIONLESS_REVISION],
    ["mcp-method", "server/discover"],
  ];
  const question = { ...postOf(request, discoverMessage(), headers), isEnough: untilAnswer(OTHER_ID) };
  const { reply } = await ask(whom, question);
  const result = reply && findAnswer(reply, OTHER_ID)?.result;
  const server = result && readDiscovered(result);
  return {
    transport: "streamable-http",
    initialize,
    ...(reply && { discover: reply.talk }),
    ...(server && { server }),
    session: "none",
  };
}
