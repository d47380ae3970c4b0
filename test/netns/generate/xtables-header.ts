import type { Random } from "./random.ts";

interface Of {
  readonly family: 4 | 6;
  /** Empty for a chain that others call. */
  readonly hook: string;
  readonly isTcp: boolean;
  /** `! `, or nothing. */
  readonly not: string;
}

/** What else the headers of a packet have, whose it is, and what may be looked for in it. */
export function headerMatch(random: Random, { family, hook, isTcp, not }: Of): string {
  const ttl = family === 4 ? "ttl" : "hl";
  const forms = [
    `-m length ${not}--length ${random.pick(["10:100", "1:30", "41:100", "40:", "20:39", ":81"])}`,
    `-m ${ttl} ${random.pick([`--${ttl}-gt 5`, `--${ttl}-lt 10`, `${not}--${ttl}-eq 1`])}`,
    `-m dscp ${not}--dscp ${random.pick(["0x00", "0x0a", "0x30"])}`,
    `-m tos ${not}--tos ${random.pick(["0x00", "0x10", "0xc0/0xc0", "0x00/0x3f"])}`,
    "-m ecn --ecn-ip-ect 0",
    `-m statistic --mode ${random.pick(["nth --every 1 --packet 0", "random --probability 1", "random --probability 0"])}`,
    `-m string ${not}--string ${random.pick(["portguard", "SSH-1.5"])} --algo bm`,
    "-m quota --quota 100000000",
    `-m physdev ${not}--physdev-is-bridged`,
    ...(isTcp
      ? [
          `-m tcp ${not}--tcp-option ${random.pick([2, 2, 5, 8])}`,
          `-m tcpmss ${not}--mss ${random.pick(["1:500", "536:65535"])}`,
          `-m ecn ${not}--ecn-tcp-cwr`,
        ]
      : []),
    ...(hook === "OUTPUT" || hook === "POSTROUTING"
      ? [
          `-m owner ${not}--uid-owner 0-4294967294`,
          `-m owner ${not}--socket-exists`,
          `-m addrtype ${not}--${random.pick(["src", "dst"])}-type LOCAL --limit-iface-out`,
        ]
      : []),
    ...(hook === "INPUT" || hook === "PREROUTING"
      ? [
          `-m addrtype ${not}--${random.pick(["src", "dst"])}-type LOCAL --limit-iface-in`,
          `-m mac ${not}--mac-source 02:00:00:00:00:77`,
        ]
      : []),
  ];
  return random.pick(forms);
}

/** What is written into headers, and asked by the rules behind it. */
export function headerTarget(random: Random, family: 4 | 6): string {
  const ttl = family === 4 ? "TTL --ttl" : "HL --hl";
  return random.pick([
    `-j TOS --set-tos ${random.pick(["0x10/0xff", "0x08/0x3f", "0x00/0xff"])}`,
    "-j DSCP --set-dscp 0x0a",
    `-j ${ttl}-set 64`,
    `-j ${ttl}-inc 1`,
  ]);
}
