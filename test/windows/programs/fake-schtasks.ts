/** schtasks, as far as portguard asks it: it notes in tasks.txt how it was called, and keeps the one task in task.xml. */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const FOLDER = String.raw`Z:\win`;
const TASK = String.raw`${FOLDER}\task.xml`;

export function fakeSchtasks(argv: readonly string[]): void {
  appendFileSync(String.raw`${FOLDER}\tasks.txt`, `${JSON.stringify(argv)}\n`);
  switch (argv[0]) {
    case "/Create":
      return writeFileSync(TASK, `<Task><Interval>PT${argv[argv.indexOf("/MO") + 1]}M</Interval></Task>`);
    case "/Delete":
      return rmSync(TASK);
    case "/Query":
      if (!existsSync(TASK)) process.exit(1);
      return void process.stdout.write(readFileSync(TASK, "utf8"));
    default:
      throw new Error(`schtasks was asked to ${argv[0]}`);
  }
}
