import type { Asked } from "./ask.ts";
import { askThoroughly } from "./ask-thoroughly.ts";
import type { Conversation } from "./conversation.ts";
import { authorityOf, originHeader, type Question } from "./question.ts";

/** One GET. */
export async function speakHttp(request: Asked): Promise<Pick<Conversation, "tls" | "http" | "otherHost">> {
  const question: Question = {
    method: "GET",
    path: request.path,
    authority: authorityOf(request.host, request),
    headers: [["accept", "*/*"], ...originHeader(request.origin)],
  };
  const { tls, reply, other } = await askThoroughly({ ...request, protocols: ["h2", "http/1.1"] }, question);
  return { ...(tls && { tls }), ...(reply && { http: reply.talk }), ...(other && { otherHost: other.talk }) };
}
