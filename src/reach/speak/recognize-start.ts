/** What the first bytes of an answer show; `undecided`: too few of them. */
export type StartKind = "undecided" | "http/1" | "http/2" | "tls" | "other";

const HTTP = Buffer.from("HTTP/", "latin1");
const ALERT = 0x15;
const HANDSHAKE = 0x16;
const FRAME_HEADER = 9;
const SETTINGS = 4;
const GOAWAY = 7;

/** What an answer to a plain HTTP/1 request begins with. */
export function recognizeStart(start: Uint8Array): StartKind {
  const [first, second] = start;
  if (first === undefined) return "undecided";
  if (first === ALERT || first === HANDSHAKE)
    return second === undefined ? "undecided" : second === 3 ? "tls" : "other";
  if (first === 0) return recognizeFrame(start);
  const shared = Math.min(start.length, HTTP.length);
  if (HTTP.compare(start, 0, shared, 0, shared) !== 0) return "other";
  return start.length < HTTP.length ? "undecided" : "http/1";
}

/** An HTTP/2 server opens with SETTINGS, or GOAWAY, on stream 0 (RFC 9113, 4.1): both are short. */
function recognizeFrame(start: Uint8Array): StartKind {
  if (start.length < FRAME_HEADER) return start.some((byte, at) => at < 2 && byte !== 0) ? "other" : "undecided";
  const [high, middle, , type] = start;
  const onConnection = start.subarray(5, FRAME_HEADER).every((byte) => byte === 0);
  return high === 0 && middle === 0 && (type === SETTINGS || type === GOAWAY) && onConnection ? "http/2" : "other";
}
