import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MARK, writeInitramfs } from "./initramfs.ts";
import type { Parts } from "./parts.ts";

/** From the start to the end of the machine, in seconds; a busy computer emulates slowly. */
const LIFETIME_S = 300;
/** How `timeout` ends when it had to. */
const TIMED_OUT = 124;

/** What a Raspberry Pi 4 has; a newer processor's signed pointers would cost the emulator a lot of time. */
const HARDWARE = ["-machine", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", "1200"];
const DEVICES = ["-nic", "none", "-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"];
const KERNEL_ARGUMENTS = "console=ttyAMA0 loglevel=1 panic=-1";

const ANSWER_END = new RegExp(`${MARK}(\\d+)${MARK}\\n`);
/** How much of the console's last words an error shows, in characters. */
const LAST_WORDS = 2000;

/** How a command in the machine ended, and what it said on stdout and stderr. */
export interface Answer {
  readonly code: number;
  readonly output: string;
}

/** An emulated arm64 Linux, and the shell on its serial console. */
export class Machine implements AsyncDisposable {
  readonly #emulator: Bun.Subprocess<"pipe", "pipe", "pipe">;
  readonly #console: AsyncIterator<string>;
  #unread = "";

  private constructor({ emulator, libraries, kernel }: Parts, initramfs: string) {
    const boot = ["-kernel", kernel, "-initrd", initramfs, "-append", KERNEL_ARGUMENTS];
    // `timeout` ends it even where this script can't; in the foreground, Ctrl-C reaches the emulator, too.
    const limit = ["timeout", "--foreground", String(LIFETIME_S)];
    this.#emulator = Bun.spawn([...limit, ...emulator, ...HARDWARE, ...DEVICES, ...boot], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, LD_LIBRARY_PATH: libraries.join(":") },
    });
    const text = this.#emulator.stdout.pipeThrough(new TextDecoderStream());
    this.#console = text[Symbol.asyncIterator]();
  }

  /** Starts a machine that has this portguard, and waits until its shell is there: then it has read all it needs. */
  static async boot(parts: Parts, portguard: string): Promise<Machine> {
    const folder = await mkdtemp(join(tmpdir(), "portguard-arm64-"));
    try {
      const initramfs = join(folder, "initramfs.cpio");
      await writeInitramfs(initramfs, parts.system, portguard);
      const machine = new Machine(parts, initramfs);
      await machine.#hearAnswer();
      return machine;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** Runs one line in the machine's shell; the next one can't be run before it has ended. */
  async run(line: string): Promise<Answer> {
    await this.#emulator.stdin.write(`${line}\n`);
    await this.#emulator.stdin.flush();
    return this.#hearAnswer();
  }

  /** What a command says that must succeed, without the line end. */
  async ask(line: string): Promise<string> {
    const { code, output } = await this.run(line);
    if (code !== 0) throw new Error(`\`${line}\` ended with ${code}: ${output.trim()}`);
    return output.trimEnd();
  }

  async #hearAnswer(): Promise<Answer> {
    for (;;) {
      const end = ANSWER_END.exec(this.#unread);
      if (end) {
        const output = this.#unread.slice(0, end.index);
        this.#unread = this.#unread.slice(end.index + end[0].length);
        return { code: Number(end[1]), output };
      }
      const { done, value } = await this.#console.next();
      if (done) throw new Error(`the machine ended: ${await this.#findReason()}`);
      // The terminal in the machine makes \r\n of each \n.
      this.#unread += value.replaceAll("\r", "");
    }
  }

  async #findReason(): Promise<string> {
    if ((await this.#emulator.exited) === TIMED_OUT) return `it had ${LIFETIME_S} s`;
    const words = `${this.#unread}${await this.#emulator.stderr.text()}`.trim();
    return words.slice(-LAST_WORDS) || "it said nothing";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#emulator.kill();
    await this.#emulator.exited;
  }
}
