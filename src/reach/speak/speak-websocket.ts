import type { Asked } from "./ask.ts";
import { randomBytes } from "node:crypto";
import { askThoroughly } from "./ask-thoroughly.ts";
import type { Conversation } from "./conversation.ts";
import { authorityOf, originHeader, type Question } from "./question.ts";

/** The upgrade to a WebSocket (RFC 6455, 4.1), which is closed again at once. */
export async function speakWebSocket(request: Asked): Promise<Pick<Conversation, "tls" | "upgrade" | "otherHost">> {
  const question: Question = {
    method: "GET",
    path: request.path,
    authority: authorityOf(request.host, request),
    headers: [
      ["connection", "Upgrade"],
      ["upgrade", "websocket"],
      ["sec-websocket-version", "13"],
      ["sec-websocket-key", randomBytes(16).toString("base64")],
      ...originHeader(request.origin),
    ],
    farewell: closeFrame(),
  };
  const { tls, reply, other } = await askThoroughly({ ...request, protocols: ["http/1.1"] }, question);
  return { ...(tls && { tls }), ...(reply && { upgrade: reply.talk }), ...(other && { otherHost: other.talk }) };
}

const FIN_CLOSE = 0x88;
const MASKED = 0x80;
const NORMAL_CLOSURE = 1000;

/** A close frame of a client: it must be masked (RFC 6455, 5.3). */
function closeFrame(): Uint8Array {
  const mask = randomBytes(4);
  const code = [NORMAL_CLOSURE >> 8, NORMAL_CLOSURE & 255];
  return Uint8Array.from([FIN_CLOSE, MASKED | code.length, ...mask, ...code.map((byte, at) => byte ^ mask[at]!)]);
}
