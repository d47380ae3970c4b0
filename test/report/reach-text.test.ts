import { describe, expect, test } from "bun:test";
import type { Diagnosis } from "../../src/core/diagnosis.ts";
import { parseTarget } from "../../src/core/parse-target.ts";
import { renderChange, signatureOf } from "../../src/report/reach-change.ts";
import { type ReachView, renderHead, renderReach } from "../../src/report/reach-text.ts";
import { renderSpans } from "../../src/report/spans.ts";
import { chooseStyle } from "../../src/report/style.ts";
import {
  connectedAt,
  diagnosisOf,
  healthyOf,
  hostileDiagnosis,
  LOOPBACK_ONLY,
  pathOf,
  refusedAt,
  timeoutAt,
  UNSAFE_PORT,
} from "./diagnosis.ts";

const UTF8 = chooseStyle("never", false, { LANG: "C.UTF-8" });
const ASCII = chooseStyle("never", false, { LANG: "C" });
const COLORED = chooseStyle("always", false, { LANG: "C.UTF-8" });
const VIEW: ReachView = { system: "linux", style: UTF8, path: false, trace: false };

const show = (diagnosis: Diagnosis, view: Partial<ReachView> = {}) => {
  const all = { ...VIEW, ...view };
  return renderReach(diagnosis, all).map((line) => renderSpans(line, all.style));
};

describe("an answer", () => {
  test("says a note once: in the verdict, or below it", () => {
    const notes = ["they prove nothing for others", "ask there"];
    const lines = show(diagnosisOf({ verdict: "unknown", findings: [], notes }));
    expect(lines.join("\n").split("they prove nothing for others")).toHaveLength(2);
    expect(lines).toContain("note: ask there");
  });

  test("tells cause, evidence and mend in its first three lines, and then all that is known", () => {
    expect(show(diagnosisOf({ notMade: [{ what: "a route", because: "of this", hint: "try that" }] })).join("\n")).toBe(
      `✗ 192.168.1.20:8000 can't be reached: uvicorn (pid 4711) listens on 127.0.0.1 only
  seen: 127.0.0.1:8000 is the only listener on port 8000 (socket table)
  mend: let uvicorn listen on every address: \`uvicorn app:app --port 8000 --host 0.0.0.0\`
        it exposes the server: other machines get in; undo: start it with --host 127.0.0.1 again

also seen:
  192.168.1.20:8000: ECONNREFUSED (111) (connect)

other ways:
  reach it through a tunnel: \`ssh -L 8000:127.0.0.1:8000 bob@192.168.1.20\`

tried:
  192.168.1.20:8000  refused, ECONNREFUSED (111)

not checked:
  a route: of this; try that

more about it: portguard reach --explain LOOPBACK_ONLY`,
    );
  });

  test("is two lines where all is well", () => {
    expect(show(healthyOf())).toEqual([
      "✓ 8000 is reachable: uvicorn (pid 4711) on 127.0.0.1:8000",
      "  127.0.0.1:8000 connected in 0.2 ms · [::1]:8000 refused",
    ]);
  });

  test("has the warnings of a healthy server behind it, and the notes", () => {
    const lines = show(healthyOf({ findings: [UNSAFE_PORT], notes: ["a self-test passes the firewall by"] }));
    expect(lines.slice(2)).toEqual([
      "",
      "? warning: browsers refuse to open port 6000",
      "  seen: 6000 is a bad port (the Fetch standard)",
      "  mend: serve on another port",
      "        the server is started again",
      "",
      "note: a self-test passes the firewall by",
    ]);
  });

  test("tells of another machine what was connected to, and what it speaks", () => {
    const path = pathOf({ route: "ok eth0", socket: "none", protocol: "ok HTTP 200" });
    const [first] = show(
      healthyOf({ target: parseTarget("http://10.0.0.5:8000/"), attempts: [connectedAt("10.0.0.5")], path }),
    );
    expect(first).toBe("✓ http://10.0.0.5:8000/ is reachable: 10.0.0.5:8000, HTTP 200");
  });

  test("claims nothing where it was left open, and says by what", () => {
    const open = diagnosisOf({
      from: { kind: "lan" },
      verdict: "unknown",
      findings: [],
      path: pathOf({ client: "ok this LAN" }),
      notMade: [{ what: "the firewall's rules", because: "they need root" }],
    });
    expect(show(open)[0]).toBe(
      "? whether 192.168.1.20:8000 can be reached from this LAN is open: the firewall's rules could not be checked: they need root",
    );
  });

  test("falls back on what was tried where no cause was found", () => {
    expect(show(diagnosisOf({ findings: [], attempts: [timeoutAt("10.0.0.5", 1), refusedAt("::1")] }))[0]).toBe(
      "✗ 192.168.1.20:8000 can't be reached: 10.0.0.5:8000 no answer in 3.0 s, asked once, and 1 more",
    );
    expect(show(diagnosisOf({ findings: [], attempts: [] }))[0]).toEndWith("there is no address to connect to");
  });

  test("has its attempts in columns, with the name that led there and what the other side said", () => {
    const said = { kind: "said", bytes: new TextEncoder().encode("SSH-2.0-OpenSSH_9.2\r\n") } as const;
    const attempts = [connectedAt("127.0.0.1", said), refusedAt("::1", "localhost"), timeoutAt("10.0.0.5", 2)];
    const lines = show(diagnosisOf({ attempts }));
    const at = lines.indexOf("tried:");
    expect(lines.slice(at + 1, at + 4)).toEqual([
      '  127.0.0.1:8000          connected in 0.2 ms, it said "SSH-2.0-OpenSSH_9.2"',
      "  [::1]:8000 (localhost)  refused, ECONNREFUSED (111)",
      "  10.0.0.5:8000           no answer in 3.0 s, asked 2 times",
    ]);
  });

  test("lists the words of several commands one behind the other, as this system's shell takes them", () => {
    const [remedy] = LOOPBACK_ONLY.remedies;
    const commands = [
      ["C:\\Program Files\\x.exe", "a b"],
      ["netsh", "show"],
    ];
    const finding = { ...LOOPBACK_ONLY, remedies: [{ ...remedy!, commands }] };
    expect(show(diagnosisOf({ findings: [finding] }), { system: "windows" })[2]).toEndWith(
      ': `& "C:\\Program Files\\x.exe" "a b"`, then `netsh show`',
    );
  });

  test("has the marks without colour, and words instead of them where the terminal has only ASCII", () => {
    expect(show(diagnosisOf())[0]).toStartWith("✗ ");
    expect(show(diagnosisOf(), { style: ASCII })[0]).toStartWith("x ");
    expect(show(healthyOf(), { style: ASCII })[0]).toStartWith("ok ");
    expect(show(diagnosisOf(), { style: COLORED })[0]).toStartWith("\u001b[31m✗\u001b[0m 192");
    const everything = [diagnosisOf(), healthyOf({ attempts: [1, 2, 3, 4].map((n) => refusedAt(`10.0.0.${n}`)) })];
    for (const diagnosis of everything) {
      expect(show(diagnosis, { style: ASCII, path: true }).join("\n")).toMatch(/^[\n -~]*$/);
    }
  });

  test("cuts what is endless, but never a command", () => {
    const [remedy] = LOOPBACK_ONLY.remedies;
    const long = "x".repeat(10_000);
    const finding = {
      ...LOOPBACK_ONLY,
      title: long,
      evidence: [{ what: long, source: long }],
      remedies: [{ ...remedy!, commands: [["echo", long]] }],
    };
    const [title = "", seen = "", mend = ""] = show(diagnosisOf({ findings: [finding] }));
    expect(title.length).toBeLessThan(400);
    expect(seen.length).toBeLessThan(600);
    expect(mend).toEndWith(`${long}\``);
  });

  test("sends nothing to a terminal that could drive it", () => {
    for (const style of [UTF8, COLORED]) {
      const lines = show(hostileDiagnosis(), { style, path: true });
      for (const line of lines) {
        // oxlint-disable-next-line no-control-regex -- our own colours
        const own = line.replaceAll(/\u001b\[(?:0|2|3[1-3])m/g, "");
        // oxlint-disable-next-line no-control-regex -- controls are what must not be there
        expect(own).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
      }
      expect(lines.join("\n")).toContain("\\x1b[2J");
    }
  });
});

test("in a hurry, only what matters is told", () => {
  expect(renderHead(diagnosisOf(), VIEW).map((line) => renderSpans(line, UTF8))).toEqual(
    show(diagnosisOf()).slice(0, 4),
  );
});

describe("a line of --follow", () => {
  test("has the time before the verdict", () => {
    const line = renderChange(diagnosisOf(), new Date(2025, 2, 4, 9, 3, 7), UTF8);
    expect(renderSpans(line, UTF8)).toBe(
      "09:03:07 ✗ 192.168.1.20:8000 can't be reached: uvicorn (pid 4711) listens on 127.0.0.1 only",
    );
  });

  test("is due for another verdict, cause or process, and not for other times and counts", () => {
    const same = signatureOf(healthyOf());
    expect(signatureOf(healthyOf({ tookMs: 99, attempts: [connectedAt("127.0.0.1")] }))).toBe(same);
    expect(signatureOf(diagnosisOf())).toBe(
      signatureOf(diagnosisOf({ findings: [{ ...LOOPBACK_ONLY, title: "7 of them wait" }] })),
    );
    const others = [
      healthyOf({ verdict: "unknown" }),
      healthyOf({ findings: [UNSAFE_PORT] }),
      healthyOf({ path: pathOf({ process: "ok uvicorn (pid 4712)" }) }),
    ];
    for (const other of others) expect(signatureOf(other)).not.toBe(same);
  });
});
