import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import { parseTarget } from "../../src/core/parse-target.ts";
import type { Holder } from "../../src/core/reserve-event.ts";
import {
  renderArrival,
  renderNoAnswer,
  renderNotFree,
  renderWaitJson,
  renderWaiting,
} from "../../src/report/wait-text.ts";
import { diagnosisOf, healthyOf, LOOPBACK_ONLY } from "./diagnosis.ts";

const HOLDER: Holder = {
  at: { protocol: "tcp", address: requireAddress("127.0.0.1"), port: 8000, dual: false },
  process: { pid: 4711, name: "node", command: ["node", "server.js"] },
};

test("what has come is told with the time that it took", () => {
  expect(renderArrival("8000", 1234, false)).toEqual({ tone: "good", text: "8000 answers, after 1.2 s" });
  expect(renderArrival("8000", 12, true).text).toBe("8000 is free, after 12 ms");
});

describe("the line that a terminal shows meanwhile", () => {
  const options = { elapsedMs: 3999, timeoutMs: 30_000, utf8: true };

  test("says what is waited for, and how long already", () => {
    expect(renderWaiting(["8000", "db.lan:5432"], options)).toBe(
      "portguard: waiting for 8000 and db.lan:5432, 3 s of 30s",
    );
  });

  test("never fills more than one row of 80 columns", () => {
    for (const name of ["x".repeat(500), "漢".repeat(500), "\u001b[2J\n".repeat(99)]) {
      const line = renderWaiting([name], options);
      expect(Bun.stringWidth(line)).toBeLessThan(80);
      expect(line).toEndWith(", 3 s of 30s");
    }
  });
});

describe("what did not come in time", () => {
  test("ends with the first cause, its evidence and its mend", () => {
    expect(renderNoAnswer(diagnosisOf(), 30_000, "linux").map(({ text }) => text)).toEqual([
      "192.168.1.20:8000 did not answer within 30s: uvicorn (pid 4711) listens on 127.0.0.1 only",
      "  127.0.0.1:8000 is the only listener on port 8000 (socket table)",
      "let uvicorn listen on every address: `uvicorn app:app --port 8000 --host 0.0.0.0`",
    ]);
  });

  test("names the verb that tells more where there is no cause, or no mend", () => {
    const bare = renderNoAnswer(diagnosisOf({ verdict: "unknown", findings: [] }), 500, "linux");
    expect(bare.map(({ text }) => text)).toEqual([
      "192.168.1.20:8000 did not answer within 500ms",
      expect.stringContaining("is open: 192.168.1.20:8000 refused") as string,
      "`portguard reach 192.168.1.20:8000` tells more",
    ]);
    const findings = [{ ...LOOPBACK_ONLY, remedies: [], evidence: [] }];
    expect(renderNoAnswer(diagnosisOf({ findings }), 500, "linux")).toHaveLength(2);
  });

  test("is not called broken where it answers by now", () => {
    expect(renderNoAnswer(healthyOf(), 500, "linux")[0]?.text).toBe("8000 did not answer within 500ms; now it does");
  });

  test("is not said to answer by now where it answers with an error, or took a datagram only", () => {
    const title = "uvicorn (pid 4711) answers 500 Internal Server Error to GET /";
    const error = { ...LOOPBACK_ONLY, code: "SERVER_ERROR", severity: "warning", title } as const;
    expect(renderNoAnswer(healthyOf({ findings: [error] }), 500, "linux")[0]?.text).toBe(
      `8000 did not answer within 500ms with a status under 500: ${title}`,
    );
    const target = { ...healthyOf().target, text: "8000/udp", protocol: "udp" } as const;
    expect(renderNoAnswer(healthyOf({ target, attempts: [] }), 500, "linux")[0]?.text).toBe(
      "8000/udp did not answer within 500ms: it took the datagram and says nothing",
    );
  });

  test("is told with everybody who still has the port", () => {
    const lines = renderNotFree(parseTarget("8000"), [HOLDER], { timeoutMs: 1000, now: 0 }).map(({ text }) => text);
    expect(lines).toEqual([
      "8000 was not free within 1s: it is held by node (pid 4711) on 127.0.0.1:8000",
      "  127.0.0.1:8000 (IPv4) node (pid 4711): node server.js",
      "stop it: `portguard free 8000`, or give it more time with --timeout",
    ]);
  });

  test("is to be stopped only where somebody has it, and by name only where the whole port is meant", () => {
    const hintOf = (target: string, holders: readonly Holder[]) =>
      renderNotFree(parseTarget(target), holders, { timeoutMs: 1000, now: 0 }).at(-1)?.text;
    expect(hintOf("53/udp", [HOLDER])).toStartWith("stop it: `portguard free 53/udp`, or");
    expect(hintOf("127.0.0.1:8000", [HOLDER])).toBe("stop it, or give it more time with --timeout");
    expect(hintOf("8000", [{ at: HOLDER.at, closing: true }])).toBe("give it more time with --timeout");
  });

  test("is not called held where it was let go by now", () => {
    expect(renderNotFree(parseTarget("8000"), [], { timeoutMs: 1000, now: 0 })[0]?.text).toBe(
      "8000 was not free within 1s; now it is",
    );
  });

  test("is one object for scripts", () => {
    const targets = [
      { target: "8000", ok: true, afterMs: 1.234 },
      { target: "8001", ok: false },
    ];
    expect(
      JSON.parse(renderWaitJson(targets, { ok: false, waitedMs: 1000.456 }, { findings: [LOOPBACK_ONLY] })),
    ).toEqual({
      schema: 1,
      ok: false,
      waitedMs: 1000.46,
      targets: [
        { target: "8000", ok: true, afterMs: 1.23 },
        { target: "8001", ok: false },
      ],
      findings: [JSON.parse(JSON.stringify(LOOPBACK_ONLY))],
    });
  });
});
