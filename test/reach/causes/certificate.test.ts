import { describe, expect, test } from "bun:test";
import type { TlsTalk } from "../../../src/reach/speak/conversation.ts";
import { connected, factsOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf, secured } from "./talks.ts";

const asked = (tls: TlsTalk, host = "localhost") =>
  factsOf({
    request: requestOf(`${host}:8000`, { url: { scheme: "https", path: "/" } }),
    attempts: [connected("127.0.0.1")],
    more: { conversation: conversationOf({ host, tls, http: answered() }) },
  });
const titleOf = (tls: TlsTalk, host?: string) => onlyFinding(asked(tls, host)).title;

describe("CERTIFICATE", () => {
  test("says when it expired", () => {
    const expired = secured({ notAfter: Date.UTC(2020, 1, 4) }, "CERT_HAS_EXPIRED");
    expect(onlyFinding(asked(expired))).toMatchObject({ code: "CERTIFICATE", severity: "blocks" });
    expect(titleOf(expired)).toBe("clients refuse the certificate of uvicorn (pid 4711): it expired on 2020-02-04");
  });

  test("says from when on it is valid", () => {
    const early = secured({ notBefore: Date.UTC(2034, 0, 1) }, "CERT_NOT_YET_VALID");
    expect(titleOf(early)).toEndWith("it is valid from 2034-01-01 on, and not yet");
  });

  test("says which names it has instead", () => {
    const other = secured({ coversHost: false, names: ["app.example", "*.app.example"] });
    expect(titleOf(other, "dev.test")).toEndWith("it stands for app.example, *.app.example, not for dev.test");
  });

  test("tells a self-signed one from one of an unknown authority", () => {
    const own = secured({ subject: "CN=localhost", issuer: "CN=localhost" }, "DEPTH_ZERO_SELF_SIGNED_CERT");
    expect(titleOf(own)).toEndWith("it is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)");
    const unknown = secured({}, "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    expect(titleOf(unknown)).toEndWith(
      "nobody they trust has signed it, but CN=Example CA (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
    );
  });

  test("is silent of one that is in order, and of plain HTTP", () => {
    expect(codesOf(asked(secured()))).toEqual([]);
    const facts = asked(secured());
    expect(codesOf({ ...facts, more: { conversation: conversationOf({ http: answered() }) } })).toEqual([]);
  });
});
