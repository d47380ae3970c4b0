import type { Address } from "../../core/address.ts";
import type { Cidr } from "../../core/cidr.ts";
import type { Protocol } from "../../core/endpoint.ts";
import type { WindowsProfile } from "../../core/rule-request.ts";

/** One rule of the Windows firewall, as a value of its registry has it (MS-GPFAS 2.2.2.19). */
export interface WindowsRule {
  readonly kind: "rule";
  readonly version: { readonly major: number; readonly minor: number };
  readonly action: "allow" | "block" | "bypass";
  readonly active: boolean;
  readonly direction: "in" | "out";
  /** Empty: every one. */
  readonly profiles: readonly WindowsProfile[];
  /** The number of the IP protocol; nothing: every one. */
  readonly protocol?: number;
  readonly localPorts: readonly PortSpec[];
  readonly remotePorts: readonly PortSpec[];
  readonly localAddresses: readonly AddressSpec[];
  readonly remoteAddresses: readonly AddressSpec[];
  /** With its `%VARIABLES%`. `System` is the kernel. */
  readonly program?: string;
  /** `*`: every service. */
  readonly service?: string;
  readonly name?: string;
  /** All other fields, in their order. */
  readonly rest: readonly RuleField[];
}

export interface RuleField {
  readonly key: string;
  readonly value: string;
}

/** Both ends included; or a keyword, under the key that it stood behind. */
export type PortSpec =
  | { readonly kind: "ports"; readonly first: number; readonly last: number }
  | { readonly kind: "keyword"; readonly key: string; readonly keyword: string };

export type AddressSpec =
  | { readonly kind: "network"; readonly network: Cidr }
  | { readonly kind: "range"; readonly first: Address; readonly last: Address }
  /** `LocalSubnet`, `DNS`, …, in this family only. */
  | { readonly kind: "keyword"; readonly family: 4 | 6; readonly keyword: string };

/** A value that is not wholly understood: it might do anything. */
export interface OpaqueRule {
  readonly kind: "opaque";
  readonly because: string;
}

/** What the registry has of one firewall. */
export interface WindowsFirewall {
  readonly profiles: Readonly<Record<WindowsProfile, ProfileSettings>>;
  readonly rules: readonly StoredRule[];
}

export interface ProfileSettings {
  readonly enabled: boolean;
  /** What no rule speaks of. */
  readonly inbound: "block" | "allow";
  /** "Block all incoming connections": then no rule lets anything in. */
  readonly blockAll: boolean;
  /** Whether rules of this machine count beside those of its administrators. */
  readonly localRules: boolean;
  /** Why none of this may be what counts: one line. */
  readonly doubt?: string;
}

export interface StoredRule {
  /** The name of the registry value. */
  readonly id: string;
  /** `policy`: of an administrator, by a group policy; `mdm`: by a device management. */
  readonly store: "local" | "policy" | "mdm";
  /** As it stands there. */
  readonly text: string;
  readonly rule: WindowsRule | OpaqueRule;
}

export const WINDOWS_PROFILES = ["domain", "private", "public"] as const satisfies readonly WindowsProfile[];

/** A connection that comes in, and what is known of the machine that it comes to. */
export interface WindowsConnection {
  readonly protocol: Protocol;
  readonly port: number;
  readonly local: Address;
  readonly remote: Address;
  /** The kind of the network by which it comes. */
  readonly profile: WindowsProfile;
  /** The path of the program that listens (`System`: the kernel); nothing: not known. */
  readonly program?: string;
  /** Paths that rules have, spelled otherwise, and that lead to the same file. */
  readonly aliases?: readonly string[];
  /** The service that listens; nothing: not known. */
  readonly service?: { readonly kind: "none" } | { readonly kind: "named"; readonly name: string };
  /** What `LocalSubnet` stands for. */
  readonly localSubnets: readonly Cidr[];
  /** Variables in paths: `SystemRoot`, in any spelling. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of Windows itself: 10.0. */
  readonly version: { readonly major: number; readonly minor: number };
}
