import type { Address } from "../core/address.ts";
import type { Attempt, Candidate } from "../core/diagnosis.ts";
import type { FirewallAnswer } from "../core/firewall-answer.ts";
import type { Hook } from "../firewall/model.ts";
import type { Way } from "../firewall/packet.ts";
import type { Arrival, TraceLine, Verdict, WayVerdict } from "../firewall/verdict.ts";
import type { WindowsVerdict } from "../firewall/windows/evaluate.ts";
import type { WindowsStop } from "../firewall/windows/stop.ts";
import type { WindowsConnection } from "../firewall/windows/model.ts";

/** What this machine's rules do with the connection to one address of the target, by the firewall that has them. */
export type RuledWay = LinuxWay | WindowsWay | MacosWay;

interface AnyWay {
  readonly candidate: Candidate;
  /** Who connects. Where a network or everybody was meant, one client that stands for them. */
  readonly client: Address;
  readonly way: Way;
  readonly verdict: WayVerdict;
}

/** By the tables of Linux: iptables and nftables. */
export interface LinuxWay extends AnyWay {
  readonly by: "linux";
  readonly verdict: Verdict;
  /** Of a drop or a reject: where it happens, and what would be without it. */
  readonly stop?: Stop;
  /** Where translation sends what comes in, whether or not another rule stops it; nothing where it stays as it is. */
  readonly sentTo?: Arrival;
  /** Of what is let through into a container: what the rules for this machine itself would do with it. */
  readonly untranslated?: Verdict;
}

/** By the Windows firewall. */
export interface WindowsWay extends AnyWay {
  readonly by: "windows";
  readonly verdict: WayVerdict & WindowsVerdict;
  /** The connection as it was judged: on which kind of network, and which program takes it. */
  readonly asked: WindowsConnection;
  /** Of a drop: why. */
  readonly stop?: WindowsStop;
}

/** By pf and the application firewall of macOS. */
export interface MacosWay extends AnyWay {
  readonly by: "macos";
  /** pf's, with its rule; or, where pf lets it through, the application firewall's, which has none. */
  readonly answer: FirewallAnswer;
}

export interface Stop {
  /** What is lost: the client's own packet, the server's answer, or what a reject would have told. */
  readonly lost: TraceLine["packet"];
  readonly hook?: Hook;
  /** The same rules without the one that decided; nothing where it was a policy or the kernel itself. */
  readonly without?: Verdict;
  /** The kernel itself dropped it, and would not with route_localnet. */
  readonly needsLocalnet: boolean;
}

/** What was evaluated, for whoever would connect. */
export interface RuledWays {
  /** One for each address that is meant, and for each way to it. */
  readonly ways: readonly RuledWay[];
  /** From here only, where nobody answered: what clients of this LAN meet. */
  readonly outside: readonly LinuxWay[];
  /** What connections of our own met where those of others are sent on to. */
  readonly behind?: readonly Attempt[];
  /** What of the rules may be missing, one line each. */
  readonly missing: readonly string[];
  /** Whether docker's own chains are there; `left-out`: it was told to leave the rules to others. */
  readonly docker?: "there" | "gone" | "left-out";
  /** Where one of firewalld's zones decides. */
  readonly firewalld?: FirewalldFacts;
}

/** What firewalld has beside the rules that are in force. */
export interface FirewalldFacts {
  /** To which the connection comes. */
  readonly zone: string;
  /** Other zones that let this port in, and by what. */
  readonly elsewhere: readonly { readonly zone: string; readonly opening: string }[];
  /** What lets this port in to the zone now, and is not kept; `8000/tcp`, `service http`. */
  readonly onlyNow: readonly string[];
  /** The same of what is kept, and not in force. */
  readonly onlyKept: readonly string[];
}
