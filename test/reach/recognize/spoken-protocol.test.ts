import { describe, expect, test } from "bun:test";
import { nameProtocol } from "../../../src/reach/recognize/spoken-protocol.ts";

describe("the first bytes of a server name", () => {
  test.each([
    ["SSH-2.0-OpenSSH_9.2\r\n", "SSH"],
    ["220 mail.example ESMTP Postfix\r\n", "SMTP (mail)"],
    ["220 (vsFTPd 3.0.3) FTP\r\n", "FTP"],
    ["-ERR unknown command 'GET'\r\n", "Redis' protocol"],
    ["ERROR\r\n", "memcached's protocol"],
    ["* OK IMAP4rev1 ready\r\n", "IMAP (mail)"],
    ["RFB 003.008\n", "VNC"],
    ["J\0\0\0\n8.0.36\0", "MySQL's protocol"],
    ["\u0015\u0003\u0003\0\u0002\u0002\n", "TLS"],
  ])("%j: %s", (said, protocol) => {
    expect(nameProtocol(Buffer.from(said, "latin1"))).toBe(protocol);
  });

  test("nothing where they tell nothing", () => {
    for (const said of ["", "hello", "220 ready\r\n", "HTTP", "\0\0\0"]) {
      expect(nameProtocol(Buffer.from(said, "latin1"))).toBeUndefined();
    }
  });
});
