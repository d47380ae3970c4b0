import { expect, test } from "bun:test";
import { exitEvent } from "../../src/os/macos/exit-fd.ts";

test("a kevent asks for the end of a process, once", () => {
  // { ident: 4711, filter: EVFILT_PROC, flags: EV_ADD | EV_ONESHOT, fflags: NOTE_EXIT, data: 0, udata: 0 }
  const words = ["6712000000000000", "fbff", "1100", "00000080", "0000000000000000", "0000000000000000"];
  expect(Buffer.from(exitEvent(4711)).toString("hex")).toBe(words.join(""));
});
