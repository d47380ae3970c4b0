/** A server that lets nobody look into it, as ssh-agent and gpg-agent do: `bun undumpable.ts PORT|PATH`. */
import { dlopen } from "bun:ffi";

const PR_SET_DUMPABLE = 4;

const libc = dlopen("libc.so.6", { prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" } });
libc.symbols.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
const at = process.argv[2] ?? "";
const fetch = () => new Response(`${process.pid}`);
if (at.includes("/")) Bun.serve({ unix: at, fetch });
else Bun.serve({ port: Number(at), fetch });
console.log("up");
