import { valueOf } from "../../core/seen.ts";
import type { Target } from "../../core/target.ts";
import { type Look, readText } from "../../firewall/gather-rule-facts.ts";
import { firewalldZoneOf } from "../../firewall/rule-owner.ts";
import type { FirewalldFacts, LinuxWay } from "../ruled-way.ts";

type Asked = Pick<Target, "protocol" | "port">;

/** What firewalld itself has for the zone that these connections come to; nothing where none comes to one of its zones. */
export async function readFirewalld(
  ways: readonly LinuxWay[],
  asked: Asked,
  look: Look,
): Promise<FirewalldFacts | undefined> {
  const zone = ways.map(({ verdict: { rule, trace } }) => rule && firewalldZoneOf(rule, trace)).find((each) => each);
  if (zone === undefined || !look.hasProgram("firewall-cmd")) return undefined;
  const [now, kept] = await Promise.all([
    readText(look, "firewall-cmd", "--list-all-zones"),
    readText(look, "firewall-cmd", "--permanent", `--zone=${zone}`, "--list-all"),
  ]);
  const zones = readZoneOpenings(valueOf(now) ?? "");
  const covering = (openings: readonly string[]) => openings.filter((opening) => covers(opening, asked, look));
  const [inForce, permanent] = [zones.get(zone) ?? [], readOpenings(valueOf(kept) ?? "")];
  const areSeen = now.kind === "seen" && kept.kind === "seen";
  return {
    zone,
    elsewhere: [...zones].flatMap(([name, openings]) => {
      const [opening] = name === zone ? [] : covering(openings);
      return opening === undefined ? [] : [{ zone: name, opening }];
    }),
    onlyNow: areSeen ? covering(inForce).filter((each) => !permanent.includes(each)) : [],
    onlyKept: areSeen ? covering(permanent).filter((each) => !inForce.includes(each)) : [],
  };
}

/** What `firewall-cmd --list-all-zones` printed: a name at the margin, and its settings indented below. */
function readZoneOpenings(listed: string): ReadonlyMap<string, readonly string[]> {
  const blocks = listed.split(/^(?=\S)/m).filter((block) => block.trim() !== "");
  return new Map(blocks.map((block) => [block.split(/\s/, 1)[0] ?? "", readOpenings(block)]));
}

/** All that lets something in to one zone: `8000/tcp`, `service http`, `rule family="ipv4" …`. */
function readOpenings(listed: string): readonly string[] {
  const words = (field: string) =>
    (new RegExp(`^  ${field}:[ ]*(.*)$`, "m").exec(listed)?.[1] ?? "").split(" ").filter((word) => word !== "");
  return [
    ...words("ports"),
    ...words("services").map((name) => `service ${name}`),
    ...[...listed.matchAll(/^\t(rule .*)$/gm)].map(([, rule]) => rule!),
  ];
}

/** Whether it is about this port. */
function covers(opening: string, asked: Asked, look: Pick<Look, "readText">): boolean {
  if (opening.startsWith("service "))
    return portsOfService(opening.slice("service ".length), look).some(isAsked(asked));
  if (!opening.startsWith("rule ")) return isAsked(asked)(opening);
  const [, ports, protocol] = /port port="([\d-]+)" protocol="(\w+)"/.exec(opening) ?? [];
  return /\baccept\b/.test(opening) && isAsked(asked)(`${ports}/${protocol}`);
}

/** `8000/tcp`, `8000-8010/tcp`. */
function isAsked({ protocol, port }: Asked): (opening: string) => boolean {
  return (opening) => {
    const [, first, last, of] = /^(\d+)(?:-(\d+))?\/(\w+)$/.exec(opening) ?? [];
    return of === protocol && Number(first) <= port && port <= Number(last ?? first);
  };
}

/** From the files that define it; those of this machine come before those that firewalld brings. */
function portsOfService(name: string, { readText: read }: Pick<Look, "readText">): readonly string[] {
  const file = ["/etc", "/usr/lib"].map((root) => read(`${root}/firewalld/services/${name}.xml`)).find((text) => text);
  return [...(file ?? "").matchAll(/<port\b[^>]*>/g)].map(([tag]) => {
    const value = (key: string) => new RegExp(`\\b${key}="([^"]*)"`).exec(tag)?.[1] ?? "";
    return `${value("port")}/${value("protocol")}`;
  });
}
