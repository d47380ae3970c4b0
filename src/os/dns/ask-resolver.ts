import type { Address } from "../../core/address.ts";
import type { ResolverAnswer } from "../../core/network.ts";
import { decodeReply, encodeQuestion, type Question, RECORD, type Reply } from "./message.ts";

const DNS_PORT = 53;

interface Asked {
  readonly question: Question;
  readonly packet: Uint8Array<ArrayBuffer>;
  reply?: Reply | undefined;
}

/** Asks one resolver for the name's addresses of both families, and once more at half the time; never rejects. */
export async function askResolver(resolver: Address, name: string, timeoutMs: number): Promise<ResolverAnswer> {
  const asked = [RECORD.A, RECORD.AAAA].flatMap((type): Asked[] => {
    const question = { id: crypto.getRandomValues(new Uint16Array(1))[0]!, name, type };
    const packet = encodeQuestion(question);
    return packet ? [{ question, packet }] : [];
  });
  await converse(resolver, asked, timeoutMs);
  return { resolver, answer: combine(asked.map(({ reply }) => reply)) };
}

/** Whether it is a name that a resolver can be asked for. */
export function canBeAsked(name: string): boolean {
  return encodeQuestion({ id: 0, name, type: RECORD.A }) !== undefined;
}

/** The socket is connected: packets from anybody else don't reach us. */
async function converse(resolver: Address, asked: readonly Asked[], timeoutMs: number): Promise<void> {
  const done = Promise.withResolvers<void>();
  try {
    const socket = await Bun.udpSocket({
      hostname: resolver.family === 4 ? "0.0.0.0" : "::",
      connect: { hostname: hostOf(resolver), port: DNS_PORT },
      socket: {
        data: (_, bytes) => {
          for (const each of asked) each.reply ??= decodeReply(bytes, each.question);
          if (asked.every(({ reply }) => reply !== undefined)) done.resolve();
        },
        // Nobody listens there: that is silence, only sooner.
        error: () => done.resolve(),
      },
    });
    const send = () => {
      for (const { packet, reply } of asked) if (!reply) socket.send(packet);
    };
    const [again, end] = [setTimeout(send, timeoutMs / 2), setTimeout(done.resolve, timeoutMs)];
    send();
    await done.promise;
    clearTimeout(again);
    clearTimeout(end);
    socket.close();
  } catch {
    // There is no way to it.
  }
}

function hostOf({ text, scopeId }: Address): string {
  return scopeId === 0 ? text : `${text}%${scopeId}`;
}

function combine(replies: readonly (Reply | undefined)[]): ResolverAnswer["answer"] {
  const addresses = replies.flatMap((reply) => reply?.addresses ?? []);
  if (addresses.length > 0) return { kind: "addresses", addresses };
  const refusal = replies.find((reply) => reply !== undefined && reply.code !== "NOERROR");
  if (refusal) return { kind: "none", shown: refusal.code };
  if (replies.length === 0 || replies.includes(undefined)) return { kind: "silent" };
  return { kind: "none", shown: replies.some((reply) => reply?.cut) ? "TRUNCATED" : "NODATA" };
}
