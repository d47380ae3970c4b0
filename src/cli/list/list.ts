import { formatHostPort, unmapAddress } from "../../core/address.ts";
import { PortguardError } from "../../core/error.ts";
import type { Protocol } from "../../core/endpoint.ts";
import { isOrphan } from "../../core/holder.ts";
import type { Listed } from "../../core/listing.ts";
import type { Exit, Os } from "../../core/os.ts";
import { clientAddress, type Reservation } from "../../core/reservation.ts";
import { keyOf, listListeners } from "../../holders/list-listeners.ts";
import { renderListChangeJson, renderListJson } from "../../report/list-json.ts";
import { renderList, renderListChange } from "../../report/list-text.ts";
import { type Line, styleOfStdout, terminalColumns, writeAnswer, writeLines, writeSpans } from "../../report/write.ts";
import { type ListArgs, parseListArgs } from "./list-args.ts";
import type { Invocation } from "../words/parse-args.ts";
import { listReservations, openReservations } from "../../state/open-reservations.ts";
import { rootSeesMore } from "../root-sees-more.ts";
import type { Services } from "../services.ts";
import { showHelp } from "../words/show-help.ts";

const DONE: Exit = { kind: "code", code: 0 };
const NONE: Exit = { kind: "code", code: 1 };
const FOLLOW_MS = 1000;

type TableArgs = Extract<ListArgs, { kind: "table" }>;

/** `portguard list`: args → a look → report. Throws PortguardError. */
export async function runList(invocation: Invocation, services: Services): Promise<Exit> {
  if (await showHelp(invocation.words, async () => (await import("./list-help.ts")).LIST_HELP)) return DONE;
  const args = parseListArgs(invocation);
  const os = await services.os();
  if (args.kind === "url") return tellUrls(args.name, os, services);
  return args.follow ? follow(args, os) : tellAll(args, os, services);
}

/** One URL for each TCP port of the reservation, in order; to be put into a client's command line. */
function tellUrls(name: string, os: Os, services: Services): Exit {
  const found = openReservations(os).find(name);
  const urls = found ? urlsOf(found) : [];
  if (urls.length > 0) writeAnswer(urls.join("\n"));
  else writeLines([noSuchReservation(name)], services.style());
  return urls.length > 0 ? DONE : NONE;
}

function urlsOf({ ports }: Reservation): string[] {
  return ports.flatMap(({ port, bound, held }) => {
    const tcp = [...bound, ...held].find(({ protocol }) => protocol === "tcp");
    return tcp ? [`http://${formatHostPort(unmapAddress(clientAddress(tcp)), port)}`] : [];
  });
}

async function tellAll(args: TableArgs, os: Os, services: Services): Promise<Exit> {
  const { listed, reservations, doubt } = await look(args, os);
  if (doubt !== undefined) writeLines([{ tone: "warn", text: doubt }], services.style());
  if (args.json) writeAnswer(renderListJson(listed, reservations));
  else if (listed.length > 0) {
    const style = styleOfStdout(args.color);
    const columns = terminalColumns();
    writeSpans(renderList(listed, Date.now(), { utf8: style.utf8, ...(columns !== undefined && { columns }) }), style);
    writeLines(tellHidden(listed, os), services.style());
  } else writeLines([describeNone(args)], services.style());
  return listed.length > 0 || reservations.length > 0 ? DONE : NONE;
}

/** Every second; all that is there at first, then what comes and goes. Ends with a signal, or when nobody reads it any more. */
async function follow(args: TableArgs, os: Os): Promise<Exit> {
  const style = styleOfStdout(args.color);
  const write = (change: "appeared" | "gone", each: Listed, at: Date) =>
    args.json
      ? writeAnswer(renderListChangeJson(change, each, at))
      : writeSpans([renderListChange(change, each, at)], style);
  let known = new Map<string, Listed>();
  for (;;) {
    const nextAt = performance.now() + FOLLOW_MS;
    const now = new Map((await look(args, os)).listed.map((each) => [keyOf(each), each]));
    const at = new Date();
    const gone = [...known].filter(([key]) => !now.has(key)).map(([, each]) => write("gone", each, at));
    const fresh = [...now].filter(([key]) => !known.has(key)).map(([, each]) => write("appeared", each, at));
    if ([...gone, ...fresh].includes(false)) return DONE;
    known = now;
    await Bun.sleep(Math.max(0, nextAt - performance.now()));
  }
}

async function look(
  { name, mine, orphans, protocol }: TableArgs,
  os: Os,
): Promise<Recorded & { readonly listed: readonly Listed[] }> {
  const { reservations: all, doubt } = reservationsOf(os, name);
  const us = mine ? os.process(process.pid)?.user : undefined;
  const left = orphans ? await findOrphans(os, protocol) : undefined;
  const listed = listListeners({ os, origins: await os.origins() }, protocol, all).filter(
    (each) =>
      (name === undefined || each.reservation?.name === name) &&
      (us === undefined || each.process?.user === us) &&
      (left === undefined || left.has(each.process?.pid ?? -1)),
  );
  // What is reserved has somebody who looks after it.
  const reservations = orphans ? [] : all.filter((each) => name === undefined || each.name === name);
  return { listed, reservations, ...(doubt !== undefined && { doubt }) };
}

/** The pids of those whom `who` takes for orphans, certain or likely. */
async function findOrphans(os: Os, protocol: Protocol): Promise<ReadonlySet<number>> {
  const [origins, { findWho }] = await Promise.all([os.origins(), import("../../holders/who.ts")]);
  const circumstances = { os, origins, env: process.env, reservations: () => listReservations(os) };
  const { holders } = await findWho({ kind: "all", protocol }, circumstances);
  const left = holders.filter(isOrphan);
  return new Set(left.flatMap(({ owner }) => (owner.kind === "process" ? [owner.lineage[0].process.pid] : [])));
}

/** The reservations, and why they can't be told. */
interface Recorded {
  readonly reservations: readonly Reservation[];
  readonly doubt?: string;
}

/** Listeners are told without them; one that was asked for by its name is not. Throws NO_STATE_FOLDER. */
function reservationsOf(os: Os, name: string | undefined): Recorded {
  try {
    return { reservations: openReservations(os).list() };
  } catch (error) {
    const isMissing = error instanceof PortguardError && error.code === "NO_STATE_FOLDER";
    if (!isMissing || name !== undefined) throw error;
    return { reservations: [], doubt: `reservations can't be told: ${error.what}` };
  }
}

function describeNone({ name, orphans }: TableArgs): Line {
  if (orphans) return { tone: "plain", text: "nothing that was left behind listens here" };
  return name === undefined ? { tone: "plain", text: "nothing listens here" } : noSuchReservation(name);
}

function noSuchReservation(name: string): Line {
  return { tone: "plain", text: `no reservation is called ${name}` };
}

/** Whose sockets they are is another user's business, but that it is not shown must be said. */
function tellHidden(listed: readonly Listed[], os: Os): Line[] {
  const hidden = listed.filter(({ process }) => !process).length;
  if (hidden === 0 || !rootSeesMore(os.name)) return [];
  const what = hidden === 1 ? "of one listener the process is" : `of ${hidden} listeners the processes are`;
  return [{ tone: "hint", text: `${what} not shown: run with \`sudo\` to see whose` }];
}
