import type { HelpPage } from "../words/help.ts";
import { RESERVE_FLAGS } from "./reserve-flags.ts";

export const RESERVE_HELP: HelpPage = {
  verb: "reserve",
  line: "take a port, hand it to a command without a gap, and guard it",
  examples: [
    "reserve 8000 -- uvicorn app:app --port 8000",
    "reserve 3000 --auto -- npm run dev -- --port {port}",
    "reserve 8000 --for 10m",
  ],
  usage: "reserve PORT… [flags] [-- COMMAND…]",
  flags: RESERVE_FLAGS,
  chapters: [
    {
      title: "ports",
      lines: [
        "8000                 on every address, IPv4 and IPv6",
        "127.0.0.1:8000       on one address; [::1]:8000 for IPv6, localhost:8000 for both loopbacks",
        "8000/udp             UDP instead of TCP",
        "8000,8443            both, or neither",
        "8000-8010            the first free one",
        "0                    any free one",
        "web=8000             named; the command finds its number as {port:web}",
      ],
    },
    {
      title: "if a port is held (--if-held)",
      lines: [
        "fail           say by whom, at once (default)",
        "wait[=30s]     wait until it comes free",
        "next           take the next free one, as --auto",
        "reuse          start nothing where it is a server of this very git work tree (or folder) that",
        "               answers: its URL on stdout, and 0; with --auto, also on one of the next ports,",
        "               and the first free one of them where none does",
        "stop-orphan    stop it where it is an orphan for certain, as `portguard clean` has it",
        "stop           stop it as `portguard free` would, having asked, or with --yes",
      ],
    },
    {
      title: "in the command",
      lines: [
        "{port} {host} {fd} {url}   stand for what was reserved, {port:web} for a named port",
        "PORT                       is set in its environment, unless --env or --no-env says otherwise",
      ],
    },
    {
      title: "ways to hand over",
      lines: [
        "takeover   the command's own bind() gets the held socket (Linux 5.9 and later)",
        "inherit    the command is started with the listening socket (Unix)",
        "release    the port is let go at the last moment, and who got it is verified",
      ],
    },
    {
      title: "when it is ready (--ready)",
      lines: [
        "listen      it listens, and is seen to wait for connections (or has accepted one); where that",
        "            can't be seen (macOS, Windows, sudo, io_uring), it only listens",
        "http        a process of the new generation has accepted a request of ours and answers it",
        "log:REGEX   a line of its output matches",
        "none        it was started",
      ],
    },
    {
      title: "restarts",
      lines: [
        "SIGHUP      starts a new generation on the same sockets; once it is ready, the old one is stopped",
        "rolling     both run for a moment; one that does not get ready in time leaves the old one serving",
        "stop-first  the old one ends before, and clients wait in the queue; auto takes this for a program",
        "            that can't run twice (it wants another address, or ends beside a lock or a pid file)",
        "release     as stop-first, but clients may be refused meanwhile",
        "crash       --restart tries again after 100ms, 200ms, … 10s; five starts that never serve end it",
        "--ready     log:REGEX and --restart have output pass through portguard: it is no terminal then",
      ],
    },
    {
      title: "exit codes",
      lines: [
        "the command's own; its death by a signal is raised again",
        "0 at the end of --for, 2 bad usage, 125 portguard failed, 126 can't be run, 127 not found",
      ],
    },
  ],
};
