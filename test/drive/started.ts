import { OutputPipe } from "./output-pipe.ts";
import { until } from "./until.ts";

export interface StartedOptions {
  readonly cwd: string;
  readonly env: Record<string, string | undefined>;
  /** A terminal, or pipes for the output with this stdin. */
  readonly stdio: "terminal" | "ignore" | "pipe";
}

/** One child process and its output. */
export class Started {
  /** Under a terminal: all that was written there. */
  screen = "";
  /** The exit code or the signal, set when the process has ended and all of its output is here. */
  end: number | NodeJS.Signals | undefined;
  readonly #child: Bun.Subprocess;
  readonly #pipes: { readonly stdout: OutputPipe; readonly stderr: OutputPipe } | undefined;

  constructor(argv: readonly string[], { cwd, env, stdio }: StartedOptions) {
    if (stdio === "terminal") {
      const decoder = new TextDecoder();
      const data = (_: unknown, bytes: Uint8Array) => void (this.screen += decoder.decode(bytes, { stream: true }));
      this.#child = Bun.spawn([...argv], { cwd, env, terminal: { data } });
    } else {
      this.#pipes = { stdout: new OutputPipe(), stderr: new OutputPipe() };
      const { stdout, stderr } = this.#pipes;
      this.#child = Bun.spawn([...argv], { cwd, env, stdin: stdio, stdout: stdout.writer, stderr: stderr.writer });
      for (const pipe of [stdout, stderr]) pipe.closeWriter();
    }
    void this.#watch();
  }

  get pid(): number {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.end !== undefined;
  }

  get stdout(): string {
    return this.#pipes?.stdout.text ?? "";
  }

  get stderr(): string {
    return this.#pipes?.stderr.text ?? "";
  }

  write(text: string): void {
    const { terminal, stdin } = this.#child;
    if (terminal) terminal.write(text);
    else if (typeof stdin === "object" && stdin) void (stdin.write(text), stdin.flush());
  }

  closeInput(): void {
    const { terminal, stdin } = this.#child;
    if (terminal) terminal.close();
    else if (typeof stdin === "object" && stdin) void stdin.end();
  }

  close(): void {
    this.#child.terminal?.close();
    for (const pipe of Object.values(this.#pipes ?? {})) pipe.close();
  }

  async #watch(): Promise<void> {
    await this.#child.exited;
    // a daemon that was left running may keep the pipes open: then what is here by now is all
    const drained = () => Object.values(this.#pipes ?? {}).every((pipe) => pipe.hasEnded);
    await until("the end of its output", drained, 500).catch(() => undefined);
    this.end = (this.#child.signalCode as NodeJS.Signals | null) ?? this.#child.exitCode ?? undefined;
  }
}
