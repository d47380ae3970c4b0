import { type Addressee, type Asked, shakeHands } from "./ask.ts";
import type { Conversation, SpeakRequest } from "./conversation.ts";
import { Deadline } from "./deadline.ts";
import { speakHttp } from "./speak-http.ts";
import { speakMcp } from "./speak-mcp.ts";
import { speakWebSocket } from "./speak-websocket.ts";

/**
 * Speaks to the other side as the request says, over connections of its own to exactly that endpoint; redirects are not
 * followed. Never rejects, and all of it takes about `timeoutMs` at most, whatever the other side does.
 */
export async function converse(request: SpeakRequest): Promise<Conversation> {
  return {
    to: request.to,
    host: request.host,
    ...(await speak({ ...request, whole: new Deadline(request.timeoutMs) })),
  };
}

function speak(request: Asked): Promise<Omit<Conversation, "to" | "host">> {
  switch (request.probe) {
    case "http":
      return speakHttp(request);
    case "ws":
      return speakWebSocket(request);
    case "mcp":
      return speakMcp(request);
    case "tls":
      return speakTls(request);
  }
}

async function speakTls(request: Asked): Promise<Pick<Conversation, "tls">> {
  const whom: Addressee = { ...request, secure: true, protocols: ["h2", "http/1.1"] };
  return { tls: await shakeHands(whom) };
}
