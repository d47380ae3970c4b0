import type { OutputStream, OutputTap } from "../core/output-tap.ts";
import type { ReserveRequest } from "../core/reserve-request.ts";

const KEPT_LINES = 10;
/** A line without an end is cut here: nobody reads on. */
const LONGEST_LINE = 4096;
/** ECMA-48: what colours and moves a terminal's cursor. */
// oxlint-disable-next-line no-control-regex
const CONTROL_SEQUENCES = /\u001b\[[0-?]*[ -/]*[@-~]/g;

/** What a generation writes, as far as it passes through us. */
export class HeardOutput {
  /** What its launch needs; nothing where its output is left alone. */
  readonly tap: OutputTap | undefined;
  hasMatched = false;
  /** Called when a line has matched. */
  onMatch: (() => void) | undefined;
  private readonly rests: Record<OutputStream, string> = { stdout: "", stderr: "" };
  private readonly decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  private errorLines: readonly string[] = [];

  constructor({ ready, restart }: Pick<ReserveRequest, "ready" | "restart">, hasOwnErrorStream: boolean) {
    const pattern = ready.kind === "log" ? ready.pattern : undefined;
    // Whoever is given up on is given up on with its last words.
    const streams: OutputStream[] =
      pattern !== undefined ? ["stdout", "stderr"] : restart !== "no" && hasOwnErrorStream ? ["stderr"] : [];
    const onChunk = (stream: OutputStream, bytes: Uint8Array) => this.hear(stream, bytes, pattern);
    this.tap = streams.length === 0 ? undefined : { streams, onChunk };
  }

  /** The end of its stderr. */
  get lastLines(): readonly string[] {
    const rest = this.rests.stderr;
    return (rest === "" ? this.errorLines : [...this.errorLines, rest]).slice(-KEPT_LINES);
  }

  private hear(stream: OutputStream, bytes: Uint8Array, pattern: RegExp | undefined): void {
    const text = this.rests[stream] + this.decoders[stream].decode(bytes, { stream: true });
    const lines = text.split(/\r?\n/);
    this.rests[stream] = lines.at(-1)!.slice(0, LONGEST_LINE);
    if (stream === "stderr") this.errorLines = [...this.errorLines, ...lines.slice(0, -1)].slice(-KEPT_LINES);
    // A line that is not complete yet may be all that it says.
    if (!pattern || this.hasMatched || !lines.some((line) => pattern.test(line.replace(CONTROL_SEQUENCES, "")))) return;
    this.hasMatched = true;
    this.onMatch?.();
  }
}
