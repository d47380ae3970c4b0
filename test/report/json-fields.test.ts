import { describe, expect, test } from "bun:test";
import { requireAddress } from "../../src/core/address.ts";
import type { Endpoint } from "../../src/core/endpoint.ts";
import type { Owner, PortHolder, ProcessOwner, StartedBy, WhoAnswer } from "../../src/core/holder.ts";
import type { Home, Kin, Parentage, StdioEnd } from "../../src/core/origin.ts";
import type { Reservation } from "../../src/core/reservation.ts";
import { seen } from "../../src/core/seen.ts";
import type { ProcessInfo, SocketRow } from "../../src/core/socket.ts";
import type { LeftAlone, Stopped, StopTarget } from "../../src/core/stop.ts";
import { renderSweptJson, SWEPT_JSON } from "../../src/report/clean-text.ts";
import { expandFields, type JsonField } from "../../src/report/json-fields.ts";
import { KILLS_JSON, renderKillLogJson } from "../../src/report/kill-log-text.ts";
import { LIST_CHANGE_JSON, LIST_JSON, renderListChangeJson, renderListJson } from "../../src/report/list-json.ts";
import { PLAN_JSON, renderPlanJson } from "../../src/report/plan-text.ts";
import { renderRestartJson, RESTART_JSON } from "../../src/report/restart-text.ts";
import { FREED_JSON, renderFreedJson } from "../../src/report/stop-json.ts";
import { renderWhoJson, WHO_JSON } from "../../src/report/who-json.ts";
import { ABANDONED, ADOPTED } from "../holders/facts.ts";
import { fieldsOf, listedIn } from "./fields-of.ts";

const PROCESS: Required<ProcessInfo> = {
  pid: 4711,
  ppid: 1,
  name: "a",
  command: ["b"],
  program: "c",
  user: "d",
  startedAt: 1,
  born: "e",
  cwd: "f",
};
const AT: Endpoint = { protocol: "tcp", address: requireAddress("127.0.0.1"), port: 8000, dual: false };
const SOCKET: SocketRow = { at: AT, state: "listen", id: "1", uid: 0 };
const CONTAINER = { runtime: "docker", id: "f" } as const;
const EVIDENCE = { what: "a", source: "b" };
const REFUSAL = { because: "policy", what: "a", hint: "b" } as const;
const STOP = { what: "a", commands: [["b"]], risk: "none", undo: "c" } as const;
const UNIT = (manager: "system" | { readonly uid: number }) => ({ name: "a.service", manager });
const REQUEST = { protocol: "tcp", port: 8000, hosts: "every" } as const;

const PARENTS: readonly Parentage[] = [
  { ...ADOPTED },
  { kind: "started", by: 1 },
  { kind: "first" },
  { kind: "unseen", because: "a" },
];
const ENDS: readonly StdioEnd[] = [
  { kind: "pipe", other: "open", trace: { kind: "fifo", made: { id: "a", madeAt: 1 } } },
  { kind: "pipe", other: "closed", trace: { kind: "pair", maker: { pid: 1, state: "gone" } } },
  { kind: "terminal", name: "a", state: "there" },
  { kind: "file", path: "a" },
];
const STARTERS: readonly StartedBy[] = [
  { kind: "editor", process: PROCESS },
  { kind: "reservation", process: PROCESS, name: "a", directory: "b", scope: "port" },
  { kind: "unit", unit: UNIT("system") },
  { kind: "unit", unit: UNIT({ uid: 1 }) },
  { kind: "service", name: "a", stop: "b" },
  { kind: "container", container: CONTAINER, name: "a", by: "b" },
];
const HOMES: readonly Home[] = [
  { container: CONTAINER, unit: UNIT("system"), service: "a" },
  { unit: UNIT({ uid: 1 }) },
];

function kin(parent: Parentage): Kin {
  return { process: PROCESS, uid: 1, parent, leaders: ABANDONED_LEADERS };
}
const ABANDONED_LEADERS: Kin["leaders"] = { kind: "unseen", because: "a" };

/** One of each of its parts in turn. */
function processOwner(index: number): ProcessOwner {
  const end = ENDS[index % ENDS.length]!;
  const parent = PARENTS[index % PARENTS.length]!;
  return {
    kind: "process",
    lineage: [kin(parent), kin(parent)],
    life: { ...ABANDONED, stdio: seen([end, end, end]), home: seen(HOMES[index % HOMES.length]!) },
    startedBy: STARTERS[index % STARTERS.length]!,
    isAboveUs: false,
    workers: [PROCESS],
    workTree: { root: "a", branch: "b" },
  };
}

function holder(owner: Owner): PortHolder {
  const verdict = { grade: "live", because: "a", evidence: [EVIDENCE] } as const;
  return { sockets: [SOCKET], owner, verdict, connections: 1, stop: STOP };
}

const OWNERS: readonly Owner[] = [
  ...STARTERS.map((_, index) => processOwner(index)),
  {
    kind: "hidden",
    user: "a",
    home: HOMES[0]!,
    among: [PROCESS],
    published: { name: "a", container: CONTAINER },
  },
  { kind: "system", name: "a" },
  { kind: "dead", pid: 1, reused: PROCESS },
];
const RICH = holder(processOwner(0));
/** Of whom nothing is known but what always is. */
const POOR: PortHolder = {
  sockets: [SOCKET],
  owner: { kind: "hidden", among: [] },
  verdict: { grade: "unknown", because: "a", evidence: [] },
  connections: 0,
};
const DOOMED = { pid: 4711, born: "e", process: PROCESS, role: "holder", sockets: [SOCKET] } as const;
const TARGET: StopTarget = { holder: RICH, levels: [DOOMED], consent: { kind: "given" } };
const STOPPED: Stopped = { target: TARGET, doomed: DOOMED, outcome: "ended", tookMs: 1.5 };
const LEFT: LeftAlone = { holder: RICH, because: "a", kind: "refused", instead: STOP };
const NONE = { stopped: [], left: [], newcomers: [], clients: [] };
const LISTED = { at: AT, state: "listening", process: PROCESS, sharedWith: 1, uid: 1, user: "daemon" } as const;
const RESERVATION: Required<Reservation> = {
  version: 1,
  name: "a",
  host: "b",
  portguard: { pid: 1, born: "c" },
  guard: { pid: 1, born: "c" },
  server: { pid: 1, born: "c" },
  ports: [{ name: "web", port: 8000, held: [AT], bound: [AT] }],
  directory: "d",
  command: ["e"],
  generation: 1,
  way: "takeover",
  since: "f",
  restart: { at: "g", outcome: "failed", what: "h" },
  control: "i",
  picked: { folder: "j" },
};

interface Told {
  readonly table: readonly JsonField[];
  /** Objects that have every field between them. */
  readonly rich: readonly string[];
  /** One that has no more than it must. */
  readonly poor: string;
}

const who = (holders: readonly PortHolder[], notes: readonly string[]) =>
  renderWhoJson({ holders, notes } satisfies WhoAnswer, "held");
const swept = { rootSeesMore: false, waiting: 1 };

const TOLD: Readonly<Record<string, Told>> = {
  who: { table: WHO_JSON, rich: [who(OWNERS.map(holder), ["a"])], poor: who([POOR], []) },
  free: {
    table: FREED_JSON,
    rich: [
      renderFreedJson([
        {
          request: REQUEST,
          state: "not-free",
          freed: {
            proof: { kind: "refused", refusal: REFUSAL },
            stopped: [STOPPED],
            left: [LEFT],
            newcomers: [{ holder: RICH, revivedBy: PROCESS }],
            clients: [{ at: AT, process: PROCESS, closing: true }],
          },
        },
        { request: REQUEST, state: "not-free", freed: { ...NONE, proof: { kind: "not-local", at: AT } } },
      ]),
    ],
    poor: renderFreedJson([{ request: REQUEST, state: "free", freed: { ...NONE, proof: { kind: "bound" } } }]),
  },
  clean: {
    table: SWEPT_JSON,
    rich: [renderSweptJson({ ...swept, orphans: [RICH], unknown: [RICH], stopped: [STOPPED], left: [LEFT] }, "some")],
    poor: renderSweptJson({ ...swept, orphans: [], unknown: [], stopped: [], left: [] }, "none"),
  },
  "clean --log": {
    table: KILLS_JSON,
    rich: [
      renderKillLogJson(
        [
          {
            version: 1,
            at: "a",
            by: "free",
            pid: 1,
            name: "b",
            user: "c",
            command: ["d"],
            cwd: "e",
            ports: ["f"],
            role: "holder",
            grade: "live",
            because: "g",
            evidence: [EVIDENCE],
            outcome: "ended",
          },
        ],
        "linux",
      ),
    ],
    poor: renderKillLogJson([], "linux"),
  },
  "--dry-run": {
    table: PLAN_JSON,
    rich: [renderPlanJson({ steps: [{ do: "a", what: "b" }] })],
    poor: renderPlanJson({ steps: [] }),
  },
  list: {
    table: LIST_JSON,
    rich: [renderListJson([{ ...LISTED, reservation: RESERVATION }], [RESERVATION])],
    poor: renderListJson([], []),
  },
  "list --follow": {
    table: LIST_CHANGE_JSON,
    rich: [renderListChangeJson("gone", { ...LISTED, reservation: RESERVATION }, new Date(0))],
    poor: renderListChangeJson("gone", { at: AT, state: "listening", sharedWith: 0 }, new Date(0)),
  },
  restart: {
    table: RESTART_JSON,
    rich: [
      renderRestartJson({ name: "a", ms: 1, outcome: { kind: "restarted", generation: 2 } }),
      renderRestartJson({ name: "a", ms: 1, outcome: { kind: "failed", what: "b" } }),
    ],
    poor: renderRestartJson({ name: "a", ms: 1, outcome: { kind: "failed", what: "b" } }),
  },
};

describe.each(Object.entries(TOLD))("the object of %s --json", (_, { table, rich, poor }) => {
  test("has exactly the fields that the help lists", () => {
    const found = new Set(rich.flatMap((text) => fieldsOf(JSON.parse(text))));
    expect([...found].toSorted()).toEqual([...new Set(listedIn(table))].toSorted());
  });

  test("always has those that are not marked as missing at times", () => {
    const always = expandFields(table).filter((field) => !/[?[]/.test(field));
    expect(fieldsOf(JSON.parse(poor))).toEqual(expect.arrayContaining(always));
  });
});
