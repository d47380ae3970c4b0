import type { Diagnosis } from "../core/diagnosis.ts";
import { formatHostPort } from "../core/address.ts";
import type { Finding, StageName } from "../core/finding.ts";
import { describeOutcome } from "./attempt-text.ts";
import { describeTitle } from "./finding-text.ts";
import type { Style, Tone } from "./style.ts";

/** The verdict in one line, without its mark: `8000 can't be reached: nobody listens on port 8000`. */
export function describeVerdict(diagnosis: Diagnosis): string {
  const { target, verdict } = diagnosis;
  switch (verdict) {
    case "reachable":
      return `${target.text} is reachable: ${describeServer(diagnosis)}`;
    case "unreachable":
      return `${target.text} can't be reached${describeFrom(diagnosis)}: ${describeBreak(diagnosis)}`;
    case "unknown":
      return `whether ${target.text} can be reached${describeFrom(diagnosis)} is open: ${describeDoubt(diagnosis)}`;
  }
}

export function toneOfVerdict(verdict: Diagnosis["verdict"]): Tone {
  switch (verdict) {
    case "reachable":
      return "good";
    case "unreachable":
      return "bad";
    case "unknown":
      return "warn";
  }
}

/** Here the mark stands without colour, too: it is the answer. */
export function markOfVerdict(verdict: Diagnosis["verdict"], { marks }: Style): string {
  switch (verdict) {
    case "reachable":
      return marks.good;
    case "unreachable":
      return marks.bad;
    case "unknown":
      return marks.warn;
  }
}

/** The finding that says why it can't be reached. */
export function findRoot({ findings }: Diagnosis): Finding | undefined {
  return findings.find(({ severity }) => severity === "blocks");
}

/** What a station of the path shows, where the connection came that far. */
export function stationText({ path }: Diagnosis, name: StageName): string | undefined {
  const stage = path.find((each) => each.name === name && each.mark === "ok");
  return stage?.text === "" ? undefined : stage?.text;
}

/** `uvicorn (pid 4711) on 127.0.0.1:8000, HTTP 200`. */
function describeServer(diagnosis: Diagnosis): string {
  const got = diagnosis.attempts.find(({ outcome }) => outcome.kind === "connected");
  const socket = stationText(diagnosis, "socket") ?? (got && formatHostPort(got.to.address, got.to.port));
  const process = stationText(diagnosis, "process");
  const told = process === undefined && socket === diagnosis.target.text ? [] : [process, socket];
  const who = told.filter((text) => text !== undefined).join(" on ");
  const protocol = stationText(diagnosis, "protocol");
  return [who === "" ? "it answers" : who, ...(protocol === undefined ? [] : [protocol])].join(", ");
}

function describeBreak(diagnosis: Diagnosis): string {
  const root = findRoot(diagnosis);
  return root ? describeTitle(root) : describeAttempts(diagnosis);
}

function describeDoubt(diagnosis: Diagnosis): string {
  const [finding] = diagnosis.findings;
  const [notMade] = diagnosis.notMade;
  if (notMade) return `${notMade.what} could not be checked: ${notMade.because}`;
  if (finding) return describeTitle(finding);
  return diagnosis.notes[0] ?? describeAttempts(diagnosis);
}

/** The notes that the verdict does not say already. */
export function findOtherNotes({ verdict, notMade, findings, notes }: Diagnosis): readonly string[] {
  return verdict === "unknown" && notMade.length === 0 && findings.length === 0 ? notes.slice(1) : notes;
}

function describeAttempts({ attempts }: Diagnosis): string {
  const [first] = attempts;
  if (!first) return "there is no address to connect to";
  const more = attempts.length > 1 ? `, and ${attempts.length - 1} more` : "";
  return `${formatHostPort(first.to.address, first.to.port)} ${describeOutcome(first.outcome)}${more}`;
}

/** The path's first station is whoever would connect. */
function describeFrom({ from, path }: Diagnosis): string {
  if (from.kind === "here") return "";
  const client = path.find(({ name }) => name === "client")?.text ?? "";
  return ` from ${client === "" ? from.kind : client}`;
}
