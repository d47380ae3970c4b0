import { networkInterfaces } from "node:os";
import type { Os } from "../../core/os.ts";
import { SHELLS } from "../../install/completions.ts";
import { sanitize } from "../../report/sanitize.ts";
import { writeFully } from "../../report/write.ts";
import { type Completion, complete } from "./complete.ts";
import type { Candidate, Live } from "./live.ts";
import { VERBS } from "../verbs.ts";

const STDOUT = 1;

/**
 * `portguard __complete N WORDS…`: what the word behind the first N may become. The first line is `words`, `files`,
 * `folders` or `command`; behind `words` follow the candidates, each with a tab and what it is. Whatever goes wrong, a
 * person who types is not told: there is just nothing to offer.
 */
export async function runComplete([count = "", ...words]: readonly string[], os: () => Promise<Os>): Promise<number> {
  const at = Number(count);
  if (!/^\d{1,5}$/.test(count) || at > words.length) return 2;
  try {
    writeFully(STDOUT, render(await complete(words.slice(0, at), words[at] ?? "", VERBS, lookAround(os))));
    return 0;
  } catch {
    return 1;
  }
}

function render(completion: Completion): string {
  if (completion.kind !== "words") return `${completion.kind}\n`;
  const lines = completion.candidates.map(({ value, what }) => `${sanitize(value)}\t${sanitize(what)}`);
  return `${["words", ...lines].join("\n")}\n`;
}

function lookAround(os: () => Promise<Os>): Live {
  return {
    ports: async () => listPorts(await os()),
    programs: async () => listPrograms(await os()),
    pids: async () => listPids(await os()),
    reservations: async () => listReservations(await os()),
    servers: listServers,
    rules: async () => listRules(await os()),
    causes: listCauses,
    interfaces: async () => Object.keys(networkInterfaces()).map((value) => ({ value, what: "" })),
    shells: SHELLS,
  };
}

/** Who has it is told where it can be seen. */
async function listPorts(os: Os): Promise<readonly Candidate[]> {
  const names = new Map<number, string>();
  for (const { port, process } of await findListeners(os)) {
    if (process?.name !== undefined || !names.has(port)) names.set(port, process?.name ?? "");
  }
  const inOrder = [...names].toSorted(([a], [b]) => a - b);
  return inOrder.map(([port, name]) => ({ value: String(port), what: name }));
}

async function listPrograms(os: Os): Promise<readonly Candidate[]> {
  const ports = Map.groupBy(await findListeners(os), ({ process }) => process?.name ?? "");
  ports.delete("");
  return [...ports].map(([value, all]) => ({ value, what: [...new Set(all.map(({ port }) => port))].join(", ") }));
}

async function listPids(os: Os): Promise<readonly Candidate[]> {
  const names = new Map((await findListeners(os)).map(({ process }) => [process?.pid, process?.name ?? ""]));
  return [...names].flatMap(([pid, what]) => (pid === undefined ? [] : [{ value: String(pid), what }]));
}

async function findListeners(os: Os) {
  const rows = os.sockets({ protocol: "tcp", states: ["listen"] });
  const [origins, { findQuickOwners }] = await Promise.all([os.origins(), import("../../holders/quick-owners.ts")]);
  const owners = findQuickOwners(rows, origins);
  const pids = new Set([...owners.values()].flatMap(({ pids: [pid] }) => pid ?? []));
  const processes = new Map([...pids].map((pid) => [pid, os.process(pid)]));
  return rows.map(({ id, at: { port } }) => ({ port, process: processes.get(owners.get(id)?.pids[0] ?? 0) }));
}

async function listReservations(os: Os): Promise<readonly Candidate[]> {
  const { openReservations } = await import("../../state/open-reservations.ts");
  const found = openReservations(os).list();
  return found.map(({ name, ports, command, picked }) => {
    const use = picked ? "picked" : command.length === 0 ? "held" : command.join(" ");
    return { value: name, what: `${ports.map(({ port }) => port).join(", ")}: ${use}` };
  });
}

async function listServers(file: string): Promise<readonly Candidate[]> {
  const [{ readConfigFile }, { namesOf, parseConfig }] = await Promise.all([
    import("../../state/config-file.ts"),
    import("../../install/wrap/config.ts"),
  ]);
  const read = readConfigFile(file);
  const names = read.kind === "file" ? namesOf(parseConfig(read.text, file)) : [];
  return names.map((value) => ({ value, what: "" }));
}

async function listCauses(): Promise<readonly Candidate[]> {
  const { CAUSES } = await import("../../reach/causes.ts");
  return CAUSES.map(({ code, summary }) => ({ value: code, what: summary }));
}

async function listRules(os: Os): Promise<readonly Candidate[]> {
  const [{ entriesOf, openJournal }, { describeRequest }] = await Promise.all([
    import("../rule/rule-machine.ts"),
    import("../../report/rule-text.ts"),
  ]);
  return entriesOf(openJournal(os).list()).map(({ id, request }) => ({ value: id, what: describeRequest(request) }));
}
