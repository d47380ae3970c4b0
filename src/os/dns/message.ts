import { type Address, addressFromBytes } from "../../core/address.ts";

/** What is asked for: addresses of either family (RFC 1035, RFC 3596). */
export const RECORD = { A: 1, AAAA: 28 } as const;
type RecordType = (typeof RECORD)[keyof typeof RECORD];

export interface Question {
  /** 16 bits. */
  readonly id: number;
  readonly name: string;
  readonly type: RecordType;
}

export interface Reply {
  /** `NOERROR`, `NXDOMAIN`, `REFUSED`, … */
  readonly code: string;
  readonly addresses: readonly Address[];
  /** It did not fit into the packet. */
  readonly cut: boolean;
}

const HEADER = 12;
const CLASS_IN = 1;
const MOST_LABEL = 63;
const MOST_NAME = 253;
/** More addresses than any client tries. */
const MOST_RECORDS = 64;
const RECURSION_DESIRED = 0x0100;
const IS_REPLY = 0x8000;
const WAS_CUT = 0x0200;
const CODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"] as const;

/** One packet that asks this; nothing where no such name can stand in the DNS. */
export function encodeQuestion({ id, name, type }: Question): Uint8Array<ArrayBuffer> | undefined {
  const labels = name.replace(/\.$/, "").split(".");
  const fits = labels.every((label) => /^[\x21-\x7e]+$/.test(label) && label.length <= MOST_LABEL);
  if (!fits || labels.join(".").length > MOST_NAME) return undefined;
  const written = labels.flatMap((label) => [label.length, ...Buffer.from(label, "latin1")]);
  const header = [id, RECURSION_DESIRED, 1, 0, 0, 0].flatMap((word) => [word >> 8, word & 0xff]);
  return Uint8Array.from([...header, ...written, 0, 0, type, 0, CLASS_IN]);
}

/**
 * What a packet answers to a question; nothing where it is no answer to it. Names are skipped, never followed, so a
 * pointer that leads in a circle leads nowhere; whatever is cut off ends the list.
 */
export function decodeReply(bytes: Uint8Array, question: Question): Reply | undefined {
  if (bytes.length < HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint16(2);
  if (view.getUint16(0) !== question.id || (flags & IS_REPLY) === 0) return undefined;
  const answers = skipQuestions(bytes, view.getUint16(4), question);
  if (answers === undefined) return undefined;
  const number = flags & 0xf;
  return {
    code: CODES[number] ?? `RCODE ${number}`,
    addresses: readAddresses(view, answers, Math.min(view.getUint16(6), MOST_RECORDS), question.type),
    cut: (flags & WAS_CUT) !== 0,
  };
}

/** Where the answers begin; nothing where another question is repeated than ours. A refusal may leave it out. */
function skipQuestions(bytes: Uint8Array, count: number, question: Question): number | undefined {
  if (count === 0) return HEADER;
  const asked = encodeQuestion(question)?.subarray(HEADER);
  const repeated = bytes.subarray(HEADER, HEADER + (asked?.length ?? 0));
  if (count !== 1 || !asked || lowerCase(repeated) !== lowerCase(asked)) return undefined;
  return HEADER + asked.length;
}

function lowerCase(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1").toLowerCase();
}

/** Each record: name, type (2), class (2), time to live (4), length (2), data. Those of other types are passed over. */
function readAddresses(view: DataView, from: number, count: number, wanted: RecordType): Address[] {
  const found: Address[] = [];
  const size = wanted === RECORD.A ? 4 : 16;
  for (let index = 0, at: number | undefined = from; index < count; index++) {
    at = skipName(view, at);
    if (at === undefined || at + 10 > view.byteLength) break;
    const isWanted: boolean = view.getUint16(at) === wanted && view.getUint16(at + 2) === CLASS_IN;
    const length: number = view.getUint16(at + 8);
    const data: number = at + 10;
    at = data + length;
    if (at > view.byteLength) break;
    if (isWanted && length === size) {
      found.push(addressFromBytes(new Uint8Array(view.buffer, view.byteOffset + data, size).slice()));
    }
  }
  return found;
}

/** The place behind a name; nothing where it goes over the end. */
function skipName(view: DataView, from: number): number | undefined {
  for (let at = from; at < view.byteLength;) {
    const length = view.getUint8(at);
    if (length === 0) return at + 1;
    // A pointer to an earlier name ends this one.
    if (length >= 0xc0) return at + 2;
    if (length > MOST_LABEL) return undefined;
    at += 1 + length;
  }
  return undefined;
}
