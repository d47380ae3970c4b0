import type { Headers } from "./head-reader.ts";
import { packHeaders } from "./hpack.ts";
import { FLAG, FRAME, FRAME_BYTES, writeFrame } from "./http2-frames.ts";
import { BODY_BYTES } from "./limits.ts";
import { type Question, requestPath } from "./question.ts";

/** The one stream that we open. */
export const STREAM = 1;

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTING = { tableSize: 1, enablePush: 2, windowSize: 4 };
/** More than is read: nobody has to be told that there is room again. */
const WINDOW = 2 * BODY_BYTES;
const NONE = new Uint8Array(0);

/** All that we say in HTTP/2, but for the acknowledgement: a request on a connection of its own. */
export function writeHttp2Request(question: Question, scheme: "http" | "https"): Uint8Array {
  return Buffer.concat([
    Buffer.from(PREFACE, "latin1"),
    writeFrame({ type: FRAME.settings, flags: 0, stream: 0, payload: settings() }),
    writeFrame({ type: FRAME.windowUpdate, flags: 0, stream: 0, payload: uint32(WINDOW) }),
    ...headerFrames(question, scheme),
    ...(question.body === undefined ? [] : dataFrames(Buffer.from(question.body))),
  ]);
}

export function writeAcknowledgement(): Uint8Array {
  return writeFrame({ type: FRAME.settings, flags: FLAG.ack, stream: 0, payload: NONE });
}

/** No memory for headers, no pushed answers, and room for all of a body that is read. */
function settings(): Uint8Array {
  const pairs = [
    [SETTING.tableSize, 0],
    [SETTING.enablePush, 0],
    [SETTING.windowSize, WINDOW],
  ] as const;
  return Buffer.concat(pairs.flatMap(([name, value]) => [Uint8Array.of(0, name), uint32(value)]));
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function headerFrames({ method, path, authority, headers, body }: Question, scheme: string): Uint8Array[] {
  const all: Headers = [
    [":method", method],
    [":scheme", scheme],
    [":authority", authority],
    [":path", requestPath(path)],
    ["user-agent", "portguard"],
    ...headers,
  ];
  const blocks = split(packHeaders(all));
  const endStream = body === undefined ? FLAG.endStream : 0;
  return blocks.map((payload, at) => {
    const endHeaders = at === blocks.length - 1 ? FLAG.endHeaders : 0;
    const type = at === 0 ? FRAME.headers : FRAME.continuation;
    return writeFrame({ type, flags: endHeaders | (at === 0 ? endStream : 0), stream: STREAM, payload });
  });
}

function dataFrames(body: Uint8Array): Uint8Array[] {
  const pieces = split(body);
  return pieces.map((payload, at) => {
    const flags = at === pieces.length - 1 ? FLAG.endStream : 0;
    return writeFrame({ type: FRAME.data, flags, stream: STREAM, payload });
  });
}

function split(bytes: Uint8Array): Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.length / FRAME_BYTES));
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * FRAME_BYTES, (at + 1) * FRAME_BYTES));
}
