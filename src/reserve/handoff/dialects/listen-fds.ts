import type { Dialect } from "../dialect.ts";

/**
 * The protocol of systemd's socket activation: LISTEN_FDS sockets from fd 3 on, named by LISTEN_FDNAMES, for the process
 * whose pid is LISTEN_PID (Go's activation package, listenfd in Rust, puma, SvelteKit, Kestrel, caddy …).
 */
export const listenFds: Dialect = {
  name: "LISTEN_FDS",
  defaultHost: "127.0.0.1",
  // Nothing in a command line shows that a program knows it: it is taken when it was asked for.
  recognizes: () => false,
  adapt: (command, sockets) => ({
    argv: command,
    env: {
      LISTEN_FDS: String(sockets.length),
      LISTEN_FDNAMES: sockets.map(({ name, port }) => name ?? String(port)).join(":"),
    },
    listenPid: true,
  }),
};
