import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { join } from "node:path";
import { packHeaders, unpackHeaders } from "../../../src/reach/speak/hpack.ts";
import { Http2Reader } from "../../../src/reach/speak/http2-reader.ts";
import { unpack } from "../../../src/reach/speak/huffman.ts";
import { freePort } from "../../drive/free-port.ts";
import { until } from "../../drive/until.ts";
import { need } from "../../need.ts";
import { describeServer } from "../../servers/find-server.ts";
import { committed } from "../../servers/parts.ts";
import { emptyFolder } from "../../servers/work-folder.ts";
import { makeCertificate } from "./certificates.ts";
import { NodeServers } from "./node-servers.ts";
import { answerOf, headerOf, speakTo } from "./speak-to.ts";
import { StartedProgram } from "./started-program.ts";

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

describe("packed text", () => {
  test.each([
    ["f1e3 c2e5 f23a 6ba0 ab90 f4ff", "www.example.com"],
    ["a8eb 1064 9cbf", "no-cache"],
    ["9d29 ad17 1863 c78f 0b97 c8e9 ae82 ae43 d3", "https://www.example.com"],
    ["", ""],
  ])("%s is what RFC 7541 says (appendix C)", (packed, text) => expect(unpack(hex(packed))).toBe(text));

  test.each(["ffff ffff", "fe", "f1e3 c2e5 f23a 6ba0 ab90 f400", "ff"])("%s is none", (packed) => {
    expect(unpack(hex(packed))).toBeUndefined();
  });

  test("and every block of headers, however broken, is read without a throw, within its limits", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (block) => {
        const headers = unpackHeaders(block) ?? [];
        expect(headers.length).toBeLessThanOrEqual(200);
        unpack(block);
      }),
    );
  });

  test("what we pack is what it was", () => {
    const text = fc.string({
      maxLength: 500,
      unit: fc.integer({ min: 1, max: 255 }).map((at) => String.fromCharCode(at)),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 20 }), (headers) => {
        expect(unpackHeaders(packHeaders(headers))).toEqual(headers);
      }),
    );
  });
});

test.each([
  [
    "8287 8684",
    [
      [":method", "GET"],
      [":scheme", "https"],
      [":scheme", "http"],
      [":path", "/"],
    ],
  ],
  ["20 88", [[":status", "200"]]],
  ["3f e11f 88", [[":status", "200"]]],
  ["48 8264 02", [[":status", "302"]]],
  ["be", undefined],
  ["80", undefined],
  ["00 05 61", undefined],
  ["0f ffff ffff ff", undefined],
])("the block %s is %j", (block, headers) => expect(unpackHeaders(hex(block))).toEqual(headers as never));

const SETTINGS = "000000 04 00 00000000";
const OK = "000001 01 04 00000001 88";

describe("of frames", () => {
  test.each([
    ["a whole answer", [SETTINGS, OK, "000002 00 01 00000001 6869"], { body: "hi", bodyEnd: "complete" }],
    ["one with padding", [SETTINGS, OK, "000005 00 09 00000001 02 6869 0000"], { body: "hi", bodyEnd: "complete" }],
    ["a head in two", [SETTINGS, "000000 01 01 00000001", "000001 09 04 00000001 88"], { bodyEnd: "none" }],
    ["a head with priority", [SETTINGS, "000006 01 25 00000001 0000000000 88"], { bodyEnd: "none" }],
    ["an announcement before", [SETTINGS, "000005 01 04 00000001 08 03 313033", OK], { bodyEnd: "closed-early" }],
    [
      "trailers behind",
      [SETTINGS, OK, "000000 00 00 00000001", "000004 01 05 00000001 00 01 61 00"],
      { bodyEnd: "none" },
    ],
    [
      "one that is given up",
      [SETTINGS, OK, "000002 00 00 00000001 6869", "000004 03 00 00000001 00000000"],
      { received: 2, bodyEnd: "closed-early" },
    ],
    ["others' streams left out", [SETTINGS, "000001 01 04 00000003 8d", OK], { status: 200 }],
  ])("%s is read", (_, frames, expected) => {
    const reader = new Http2Reader();
    for (const byte of hex(frames.join(""))) reader.take(Uint8Array.of(byte), 1);
    expect(answerOf(reader.conclude({ why: "closed" }, 1))).toMatchObject({ version: "2", status: 200, ...expected });
  });

  test.each([
    ["data before its head", [SETTINGS, "000002 00 01 00000001 6869"]],
    ["too large a frame", [SETTINGS, "ff0000 00 01 00000001"]],
    ["more padding than frame", [SETTINGS, "000001 01 0c 00000001 ff"]],
    ["an unknown number", [SETTINGS, "000001 01 04 00000001 ff"]],
    ["a head without a status", [SETTINGS, "000001 01 05 00000001 84"]],
    ["what is no frame", ["485454502f312e3120323030204f4b"]],
  ])("%s is malformed", (_, frames) => {
    const reader = new Http2Reader();
    const bytes = hex(frames.join(""));
    reader.take(bytes, 1);
    const failure = { kind: "malformed", start: bytes };
    expect(reader.conclude({ why: "closed" }, 1)).toEqual({ kind: "failed", failure } as never);
  });

  test("a server that goes away without hearing us has closed", () => {
    const reader = new Http2Reader();
    expect(reader.take(hex(`${SETTINGS}000008 07 00 00000000 00000000 00000000`), 1)).toBeTrue();
    const failure = { kind: "closed", afterMs: 2 } as const;
    expect(reader.conclude({ why: "enough" }, 2)).toEqual({ kind: "failed", failure });
  });

  test("its settings are heard, and its acknowledgements are not taken for some", () => {
    let heard = 0;
    const reader = new Http2Reader(undefined, () => heard++);
    reader.take(hex(`${SETTINGS}000000 04 01 00000000`), 1);
    expect(heard).toBe(1);
  });

  test("none makes the reader throw, or keep more than 64 KiB of a body", () => {
    const frame = fc
      .tuple(
        fc.nat(10),
        fc.nat(255),
        fc.nat(3),
        fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(Buffer.alloc(16_000))),
      )
      .map(([type, flags, stream, payload]) => {
        const header = Buffer.from([0, payload.length >> 8, payload.length & 255, type, flags, 0, 0, 0, stream]);
        return Buffer.concat([header, payload]);
      });
    const head = fc.boolean().map((has) => hex(has ? SETTINGS + OK : SETTINGS));
    fc.assert(
      fc.property(
        head,
        fc.array(frame, { maxLength: 30 }),
        fc.integer({ min: 1, max: 20_000 }),
        (first, frames, size) => {
          const bytes = Buffer.concat([first, ...frames]);
          const reader = new Http2Reader();
          for (let at = 0; at < bytes.length; at += size) reader.take(bytes.subarray(at, at + size), 1);
          reader.conclude({ why: "closed" }, 1);
          expect(reader.body.length).toBeLessThanOrEqual(64 * 1024);
        },
      ),
    );
  });
});

if (need("node", "openssl")) {
  describe("of Node's server", () => {
    let node: NodeServers;
    beforeAll(async () => void (node = await NodeServers.start()));
    afterAll(() => node[Symbol.asyncDispose]());

    test("a header comes as it was, whatever is in it", async () => {
      const visible = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at)).join("");
      for (const origin of [visible, `é${visible}${visible}`, "a".repeat(1000), "~".repeat(300)]) {
        const { http } = await speakTo(node.ports.h2c, { path: "/echo", origin });
        expect(headerOf(http, "echo")).toEqual([origin.replace("é", "")]);
      }
    });

    test("a path of 40,000 characters is sent whole", async () => {
      const path = `/${"x".repeat(40_000)}`;
      const { http } = await speakTo(node.ports.h2c, { path });
      const received = `GET ${path} of localhost:${node.ports.h2c} by portguard`.length;
      expect(answerOf(http)).toMatchObject({ status: 200, bodyEnd: "complete", received });
    });
  });
}

describeServer("hypercorn", (path) => {
  test("speaks HTTP/2 with us, by an encoder of its own", async () => {
    using folder = emptyFolder();
    makeCertificate(folder.path, { subject: "/CN=localhost", names: "DNS:localhost" });
    const port = freePort();
    const pair = ["--certfile", folder.file("cert.pem"), "--keyfile", folder.file("key.pem")];
    const env = { PYTHONPATH: committed("programs/python") };
    await using _ = new StartedProgram([path, "--bind", `127.0.0.1:${port}`, ...pair, "asgi:app"], env);
    const answer = await until("an answer", async () => {
      const { http } = await speakTo(port, { secure: true });
      return http?.kind === "answered" && http.answer;
    });
    expect(answer).toMatchObject({ version: "2", status: 200, bodyEnd: "complete", received: answer.body.length });
    expect(answer.headers).toContainEqual(["content-type", "text/plain"]);
  });

  test("and its packing of every byte is read", () => {
    const { stdout } = Bun.spawnSync([join(path, "../python"), "-c", PACK_EVERY_BYTE]);
    const expected = Buffer.from(Array.from({ length: 256 }, (_, at) => at)).toString("latin1");
    expect(unpack(hex(stdout.toString().trim()))).toBe(expected);
  });
});

const PACK_EVERY_BYTE = `
from hpack.huffman import HuffmanEncoder
from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH
print(HuffmanEncoder(REQUEST_CODES, REQUEST_CODES_LENGTH).encode(bytes(range(256))).hex())
`;
