import { requireAddress } from "../../src/core/address.ts";
import type { Attempt, Diagnosis, Stage } from "../../src/core/diagnosis.ts";
import { type Finding, STAGES, type StageName } from "../../src/core/finding.ts";
import type { ConnectOutcome, Greeting } from "../../src/core/network.ts";
import { parseTarget } from "../../src/core/parse-target.ts";

/** A server that listens on 127.0.0.1 only, asked for by this machine's address in the LAN. */
export function diagnosisOf(overrides: Partial<Diagnosis> = {}): Diagnosis {
  return {
    target: parseTarget("192.168.1.20:8000"),
    from: { kind: "here" },
    verdict: "unreachable",
    findings: [LOOPBACK_ONLY],
    attempts: [refusedAt("192.168.1.20")],
    path: pathOf({ socket: "broken 127.0.0.1:8000" }),
    firewall: [],
    notMade: [],
    notes: [],
    tookMs: 12.345,
    ...overrides,
  };
}

/** The same server, asked for as `8000`. */
export function healthyOf(overrides: Partial<Diagnosis> = {}): Diagnosis {
  return diagnosisOf({
    target: parseTarget("8000"),
    verdict: "reachable",
    findings: [],
    attempts: [connectedAt("127.0.0.1"), refusedAt("::1")],
    path: pathOf({ firewall: "ok let through", socket: "ok 127.0.0.1:8000", process: "ok uvicorn (pid 4711)" }),
    ...overrides,
  });
}

export const LOOPBACK_ONLY: Finding = {
  code: "LOOPBACK_ONLY",
  stage: "socket",
  severity: "blocks",
  title: "uvicorn (pid 4711) listens on 127.0.0.1 only",
  evidence: [
    { what: "127.0.0.1:8000 is the only listener on port 8000", source: "socket table" },
    { what: "192.168.1.20:8000: ECONNREFUSED (111)", source: "connect" },
  ],
  remedies: [
    {
      what: "let uvicorn listen on every address",
      commands: [["uvicorn", "app:app", "--port", "8000", "--host", "0.0.0.0"]],
      risk: "exposes",
      undo: "start it with --host 127.0.0.1 again",
    },
    {
      what: "reach it through a tunnel",
      commands: [["ssh", "-L", "8000:127.0.0.1:8000", "bob@192.168.1.20"]],
      risk: "none",
    },
  ],
};

export const UNSAFE_PORT: Finding = {
  code: "UNSAFE_PORT",
  stage: "client",
  severity: "warning",
  title: "browsers refuse to open port 6000",
  evidence: [{ what: "6000 is a bad port", source: "the Fetch standard" }],
  remedies: [{ what: "serve on another port", commands: [], risk: "restart" }],
};

/** Each stage as `MARK text`; the ones that are left out were never reached. */
export function pathOf(stages: Partial<Record<StageName, string>>): readonly Stage[] {
  const known: Partial<Record<StageName, string>> = { client: "ok this machine", route: "ok this machine", ...stages };
  return STAGES.map((name) => {
    const [mark = "none", ...words] = (known[name] ?? "none").split(" ");
    return { name, mark: mark as Stage["mark"], text: words.join(" ") };
  });
}

export function refusedAt(address: string, as = address): Attempt {
  return attemptAt(address, as, { kind: "failed", failure: "refused", afterMs: 0.1, shown: "ECONNREFUSED (111)" });
}

export function connectedAt(address: string, greeting: Greeting = { kind: "silent" }, as = address): Attempt {
  const local = { protocol: "tcp", address: requireAddress(address), port: 45_678, dual: false } as const;
  return attemptAt(address, as, { kind: "connected", afterMs: 0.23, local, greeting });
}

export function timeoutAt(address: string, syns: number): Attempt {
  return attemptAt(address, address, { kind: "timeout", afterMs: 3000, syns });
}

function attemptAt(address: string, as: string, outcome: ConnectOutcome): Attempt {
  return { to: { protocol: "tcp", address: requireAddress(address), port: 8000, dual: false }, as, outcome };
}

/** Text that would drive a terminal, turn the text around it, or be markup. */
export const HOSTILE = "\u001b[2J\u009b31m\u202etxt\r\n<img src=x onerror=alert(1)>\"'&\u2028";

/** A diagnosis whose every text from the system is hostile. */
export function hostileDiagnosis(): Diagnosis {
  const finding = (severity: Finding["severity"]): Finding => ({
    code: "HOSTILE",
    stage: "process",
    severity,
    title: `a ${HOSTILE}`,
    evidence: [
      { what: `b ${HOSTILE}`, source: `c ${HOSTILE}` },
      { what: HOSTILE, source: HOSTILE },
    ],
    remedies: [
      { what: `d ${HOSTILE}`, commands: [["echo", HOSTILE]], risk: "weakens", undo: `e ${HOSTILE}` },
      { what: HOSTILE, commands: [[HOSTILE]], risk: "none" },
    ],
  });
  const bytes = new TextEncoder().encode(HOSTILE);
  return diagnosisOf({
    target: { ...parseTarget("http://h/"), text: `http://h/${HOSTILE}` },
    findings: [finding("blocks"), finding("blocks"), finding("warning")],
    attempts: [connectedAt("127.0.0.1", { kind: "said", bytes }, `f ${HOSTILE}`)],
    path: STAGES.map((name) => ({ name, mark: name === "process" ? "broken" : "unknown", text: HOSTILE })),
    notMade: [{ what: HOSTILE, because: HOSTILE, hint: HOSTILE }],
    notes: [HOSTILE],
  });
}
