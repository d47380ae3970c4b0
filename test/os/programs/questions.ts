/** Asks this system's network, wherever it is started: JSON on argv, a list of questions; their answers, in order, on stdout. */
import { type Address, parseAddress } from "../../../src/core/address.ts";
import type { Endpoint } from "../../../src/core/endpoint.ts";
import { askResolvers } from "../../../src/os/unix/net/ask-resolvers.ts";
import { connectTo } from "../../../src/os/unix/net/connect.ts";
import { resolveName } from "../../../src/os/unix/net/resolve.ts";
import { sendDatagram } from "../../../src/os/unix/net/send-datagram.ts";

export type Question =
  /** Something listens from now on, takes what comes and says nothing. */
  | { readonly do: "listen"; readonly host: string; readonly port: number }
  /** A UDP socket that answers every packet with one that has the code, the question and these bytes behind it. */
  | {
      readonly do: "serve-dns";
      readonly host: string;
      readonly code?: number;
      readonly records?: readonly number[];
      /** It takes what comes and never answers. */
      readonly mute?: true;
    }
  | {
      readonly do: "connect";
      readonly host: string;
      readonly port: number;
      readonly timeoutMs: number;
      readonly listenMs?: number;
      readonly from?: string;
    }
  | { readonly do: "send"; readonly host: string; readonly port: number; readonly timeoutMs: number }
  | { readonly do: "resolve"; readonly name: string }
  | { readonly do: "ask-resolvers"; readonly name: string; readonly timeoutMs: number };

async function answer(question: Question): Promise<unknown> {
  switch (question.do) {
    case "listen":
      Bun.listen({ hostname: question.host, port: question.port, socket: { data: () => undefined } });
      return undefined;
    case "serve-dns":
      await serveDns(question);
      return undefined;
    case "connect": {
      const { host, port, timeoutMs, listenMs = 0, from } = question;
      const to = endpoint("tcp", host, port);
      return connectTo(to, { timeoutMs, listenMs, ...(from !== undefined && { from: address(from) }) });
    }
    case "send":
      return sendDatagram(endpoint("udp", question.host, question.port), question.timeoutMs);
    case "resolve":
      return resolveName(question.name);
    case "ask-resolvers":
      return askResolvers(question.name, question.timeoutMs);
  }
}

function endpoint(protocol: "tcp" | "udp", host: string, port: number): Endpoint {
  return { protocol, address: address(host), port, dual: false };
}

function address(text: string): Address {
  return parseAddress(text)!;
}

async function serveDns(server: Extract<Question, { do: "serve-dns" }>): Promise<void> {
  const { host, code = 0, records = [], mute = false } = server;
  await Bun.udpSocket({
    hostname: host,
    port: 53,
    socket: {
      data: (socket, packet, port, from) => {
        const reply = Buffer.concat([packet, Uint8Array.from(records)]);
        reply.writeUInt16BE(0x8180 | code, 2);
        // One record, if any, of the type that was asked for, as its bytes say.
        reply.writeUInt16BE(records.length > 0 ? 1 : 0, 6);
        if (!mute) socket.send(reply, port, from);
      },
    },
  });
}

const isServer = ({ do: what }: Question) => what === "listen" || what === "serve-dns";
const questions = JSON.parse(process.argv[2] ?? "[]") as Question[];
for (const each of questions.filter(isServer)) await answer(each);
const answers = await Promise.all(questions.filter((each) => !isServer(each)).map(answer));
process.stdout.write(JSON.stringify(answers));
process.exit(0);
