import type { Evidence, Finding, Remedy, Risk } from "../core/finding.ts";
import type { OsName } from "../core/os.ts";
import { clip } from "./sanitize.ts";
import { formatCommand } from "./shell-words.ts";

/** Command lines and rules of the system can be very long; this much of one still tells what it is. */
const LINE_LENGTH = 240;

export function describeTitle({ title }: Pick<Finding, "title">): string {
  return clip(title, LINE_LENGTH);
}

/** `127.0.0.1:8000 is the only listener (socket table)`. */
export function describeEvidence({ what, source }: Evidence): string {
  return `${clip(what, LINE_LENGTH)} (${clip(source, LINE_LENGTH)})`;
}

/** ``let uvicorn listen on every address: `uvicorn app:app --host 0.0.0.0` ``; a command is never cut. */
export function describeRemedy({ what, commands }: Remedy, system: OsName): string {
  const typed = commands.map((argv) => `\`${formatCommand(argv, system)}\``);
  return typed.length === 0 ? what : `${what}: ${typed.join(", then ")}`;
}

/** What a reader should know before following it; nothing where it changes nothing for others. */
export function describeRisk(risk: Risk): string | undefined {
  switch (risk) {
    case "none":
      return undefined;
    case "restart":
      return "the server is started again";
    case "exposes":
      return "it exposes the server: other machines get in";
    case "weakens":
      return "it weakens a protection of this machine";
  }
}
