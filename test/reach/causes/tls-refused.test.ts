import { describe, expect, test } from "bun:test";
import { connected, factsOf, requestOf } from "./facts.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import { answered, conversationOf, secured } from "./talks.ts";

const asked = (tls: Parameters<typeof conversationOf>[0]["tls"]) =>
  factsOf({
    request: requestOf("localhost:8000", { url: { scheme: "https", path: "/" } }),
    attempts: [connected("127.0.0.1")],
    more: {
      conversation: conversationOf({ ...(tls && { tls }), ...(tls?.kind === "secured" && { http: answered() }) }),
    },
  });

describe("TLS_REFUSED", () => {
  test("says what an alert means", () => {
    const finding = onlyFinding(asked({ kind: "refused", alert: "certificate required" }));
    expect(finding).toMatchObject({
      code: "TLS_REFUSED",
      severity: "blocks",
      title:
        "uvicorn (pid 4711) breaks the TLS handshake off for localhost: it wants a certificate of the client (certificate required)",
    });
  });

  test("shows an alert that it does not know", () => {
    expect(onlyFinding(asked({ kind: "refused", alert: "internal_error" })).title).toEndWith(
      "it sent an alert (internal_error)",
    );
  });

  test("is found where the request is refused for want of the client's certificate", () => {
    const body = "<center>No required SSL certificate was sent</center>";
    const http = answered({ status: 400, reason: "Bad Request", body });
    const finding = onlyFinding({
      ...asked(secured()),
      more: { conversation: conversationOf({ tls: secured(), http }) },
    });
    expect(finding).toMatchObject({
      code: "TLS_REFUSED",
      title: "uvicorn (pid 4711) wants a certificate of the client, and answers 400 Bad Request without one",
    });
  });

  test("is silent where the handshake was done", () => {
    expect(codesOf(asked(secured()))).toEqual([]);
  });
});
