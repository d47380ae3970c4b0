import { expect, test } from "bun:test";
import { encodeCpio } from "../../scripts/arm64/cpio.ts";

const ZERO = "00000000";

/** A header as the kernel's documentation has it; times, owners and devices are all nought. */
function header({ inode, mode, size, name }: Record<"inode" | "mode" | "size" | "name", string>): string {
  return `070701${inode}${mode}${ZERO}${ZERO}00000001${ZERO}${size}${ZERO.repeat(4)}${name}${ZERO}`;
}

test("an archive is headers, names and contents, each filled up to four bytes, and a trailer", () => {
  const archive = Buffer.concat([
    ...encodeCpio([
      { path: "etc", mode: 0o040755, content: Buffer.of() },
      { path: "etc/größe", mode: 0o100600, content: Buffer.from("seven b") },
      { path: "init", mode: 0o120777, content: Buffer.from("bin/busybox!") },
    ]),
  ]);
  const expected = [
    header({ inode: "00000001", mode: "000041ed", size: ZERO, name: "00000004" }) + "etc\0\0\0",
    header({ inode: "00000002", mode: "00008180", size: "00000007", name: "0000000c" }) + "etc/größe\0\0\0",
    "seven b\0",
    header({ inode: "00000003", mode: "0000a1ff", size: "0000000c", name: "00000005" }) + "init\0\0",
    "bin/busybox!",
    header({ inode: ZERO, mode: ZERO, size: ZERO, name: "0000000b" }) + "TRAILER!!!\0\0\0\0",
  ];
  expect(archive.toString("utf8")).toBe(expected.join(""));
});
