import { readFileSync } from "node:fs";
import type { ControlAnswer, ControlRequest } from "../../core/control.ts";
import { PortguardError } from "../../core/error.ts";
import type { Hold, Os } from "../../core/os.ts";
import { PortKeeper } from "../../reserve/port-keeper.ts";
import { hearSignals } from "../../reserve/signals.ts";
import { whatOf } from "../../core/system-reason.ts";
import { writeFully } from "../../report/write.ts";
import { ReservationBook } from "../../state/reservation-book.ts";
import { openControl, openReservations } from "../../state/open-reservations.ts";
import type { KeeperAnswer, KeeperTask } from "./keeper-task.ts";

const STDIN = 0;
const STDOUT = 1;

/** `portguard __keep`: picks, answers, and keeps, as others ask of it, too. Answers the exit code. */
export async function runKeeper(os: Os): Promise<number> {
  const task = JSON.parse(readFileSync(STDIN, "utf8")) as KeeperTask;
  let unrecorded: string | undefined;
  const onFault = (error: unknown) => {
    unrecorded ??= whatOf(error);
  };
  const keeper = new PortKeeper(os, (holds) => note(book, holds));
  const book = openBook(task, os, { handle: (request) => handle(request, keeper, os), onFault });
  if (!claims(book, task)) {
    tell({ kind: "taken" });
    return 0;
  }
  // Whoever stops us finds no record of us, even where nobody collects our end.
  using _signals = hearSignals(os, () => keeper.letGoOfAll());
  try {
    const answer = keeper.pick(task.pick, task.term);
    tell({ ...answer, ...(unrecorded !== undefined && { unrecorded }) });
    if (answer.kind === "held") await keeper.keep();
    return 0;
  } finally {
    book?.close();
  }
}

function tell(answer: KeeperAnswer): void {
  writeFully(STDOUT, `${JSON.stringify(answer)}\n`);
}

/** Whether the name is ours, or none was asked for. */
function claims(book: ReservationBook | undefined, { name }: KeeperTask): boolean {
  try {
    if (name !== undefined) book?.claimAsked();
    return true;
  } catch (error) {
    if (error instanceof PortguardError && error.code === "NAME_TAKEN") return false;
    throw error;
  }
}

/** Those that are kept no more are not its ports any more; with the last one it ends. */
function note(book: ReservationBook | undefined, holds: readonly Hold[]): void {
  if (holds.length === 0) return;
  book?.hear({ kind: "held", ports: holds.map(({ port, members }) => ({ port, members })), sinceStartMs: 0 });
}

async function handle(request: ControlRequest, keeper: PortKeeper, os: Os): Promise<ControlAnswer> {
  switch (request.do) {
    case "keep":
      return keeper.pick(request.pick, request.term);
    case "lend": {
      const hold = request.port === undefined ? undefined : keeper.find(request.port);
      if (!hold) return refused("it keeps no such port");
      (await os.passing()).lend(request.landing, [hold]);
      return { kind: "lent" };
    }
    case "let-go":
      if (request.port === undefined) return refused("it is not said which port");
      keeper.letGo(request.port);
      return { kind: "let-go" };
    case "restart":
      break;
  }
  return refused("`pick` only keeps its ports, and runs no command");
}

function refused(what: string): ControlAnswer {
  return { kind: "refused", what };
}

interface BookParts {
  readonly handle: (request: ControlRequest) => Promise<ControlAnswer>;
  readonly onFault: (error: unknown) => void;
}

function openBook({ folder, directory, name }: KeeperTask, os: Os, parts: BookParts): ReservationBook | undefined {
  if (folder === undefined) return undefined;
  try {
    return new ReservationBook({
      files: openReservations(os),
      process: (pid) => os.process(pid),
      pid: process.pid,
      ...(name !== undefined && { name }),
      directory,
      command: [],
      picked: { folder },
      openControl: openControl(os, parts.handle),
      onFault: parts.onFault,
    });
  } catch (error) {
    parts.onFault(error);
    return undefined;
  }
}
