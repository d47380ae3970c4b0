import { describe, expect, test } from "bun:test";
import { exitCodeOf, exitOf } from "../../src/os/windows/exit-codes.ts";

describe("exit codes on Windows", () => {
  test("a signal's is Windows' own for Ctrl-C, else what POSIX shells have", () => {
    expect(exitCodeOf("SIGINT")).toBe(0xc000_013a);
    expect(exitCodeOf("SIGBREAK")).toBe(0xc000_013a);
    expect(exitCodeOf("SIGTERM")).toBe(143);
    expect(exitCodeOf("SIGKILL")).toBe(137);
  });

  test("Windows' own for Ctrl-C is a death by SIGINT", () => {
    expect(exitOf(0xc000_013a, undefined)).toEqual({ kind: "signal", signal: "SIGINT" });
    expect(exitOf(0xc000_013a | 0, undefined)).toEqual({ kind: "signal", signal: "SIGINT" });
  });

  test("a process that we ended died by our signal, unless it was quicker", () => {
    expect(exitOf(143, "SIGTERM")).toEqual({ kind: "signal", signal: "SIGTERM" });
    expect(exitOf(0, "SIGTERM")).toEqual({ kind: "code", code: 0 });
    expect(exitOf(143, undefined)).toEqual({ kind: "code", code: 143 });
  });

  test("all 32 bits are told, without a sign", () => {
    expect(exitOf(-1, undefined)).toEqual({ kind: "code", code: 0xffff_ffff });
    expect(exitOf(0xc000_0005, undefined)).toEqual({ kind: "code", code: 0xc000_0005 });
  });
});
