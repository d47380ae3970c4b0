import type { TerminalState } from "../../core/os.ts";
import { closeFd } from "./files.ts";
import { lazyLibc } from "./libc.ts";
import { openPath } from "./paths.ts";

const libc = lazyLibc({
  tcgetpgrp: { args: ["i32"], returns: "i32" },
  getpgrp: { args: [], returns: "i32" },
});

const O_RDWR = 2;
const O_NOCTTY = process.platform === "darwin" ? 0x20000 : 0o400;

/** A terminal that has hung up can't be opened any more: then there is none. */
export function readTerminal(): TerminalState {
  const fd = openPath("/dev/tty", O_RDWR | O_NOCTTY);
  if (fd < 0) return { controlling: false, foreground: false };
  try {
    return { controlling: true, foreground: libc().tcgetpgrp(fd) === libc().getpgrp() };
  } finally {
    closeFd(fd);
  }
}
