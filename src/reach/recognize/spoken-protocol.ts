/** Which protocol a server's first bytes belong to; nothing where they tell nothing. */
export function nameProtocol(start: Uint8Array): string | undefined {
  if (isHttp2Settings(start)) return "HTTP/2 without TLS (gRPC, h2c)";
  if (isTlsRecord(start)) return "TLS";
  if (isMysqlGreeting(start)) return "MySQL's protocol";
  const text = new TextDecoder("latin1").decode(start.subarray(0, 200));
  return SAYINGS.find(([said]) => said.test(text))?.[1];
}

const SAYINGS: readonly (readonly [said: RegExp, protocol: string])[] = [
  [/^SSH-\d/, "SSH"],
  [/^220[ -].*(?:SMTP|ESMTP|mail)/is, "SMTP (mail)"],
  [/^220[ -].*FTP/is, "FTP"],
  [/^\+OK /, "POP3 (mail)"],
  [/^\* OK/, "IMAP (mail)"],
  [/^-(?:ERR|DENIED|NOAUTH) /, "Redis' protocol"],
  [/^(?:ERROR\r\n)+/, "memcached's protocol"],
  [/^RFB \d/, "VNC"],
  [/^AMQP/, "AMQP"],
  [/^ICY \d/, "SHOUTcast"],
];

/** RFC 9113: the server's first frame is SETTINGS (type 4) on stream 0. */
function isHttp2Settings(bytes: Uint8Array): boolean {
  return bytes.length >= 9 && bytes[0] === 0 && bytes[3] === 4 && bytes.subarray(5, 9).every((byte) => byte === 0);
}

/** A record of a handshake (22) or an alert (21), version 3.x. */
function isTlsRecord(bytes: Uint8Array): boolean {
  return bytes.length >= 5 && (bytes[0] === 21 || bytes[0] === 22) && bytes[1] === 3;
}

/** Length (3 bytes), sequence 0, protocol version 10, then its version as text. */
function isMysqlGreeting(bytes: Uint8Array): boolean {
  return bytes.length > 6 && bytes[3] === 0 && bytes[4] === 10 && bytes[5]! >= 0x30 && bytes[5]! <= 0x39;
}

/** Whether it is the start of an answer of HTTP/1. */
export function startsAsHttp(start: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(start.subarray(0, 5)) === "HTTP/";
}
