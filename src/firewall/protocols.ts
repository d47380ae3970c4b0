import { own } from "./own.ts";

/** Protocol numbers by the names that iptables and nft print (/etc/protocols); others they print as numbers. */
const NUMBERS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  "ipv6-route": 43,
  "ipv6-frag": 44,
  rsvp: 46,
  gre: 47,
  esp: 50,
  "ipv6-crypt": 50,
  ah: 51,
  "ipv6-auth": 51,
  skip: 57,
  icmpv6: 58,
  "ipv6-icmp": 58,
  "ipv6-nonxt": 59,
  "ipv6-opts": 60,
  eigrp: 88,
  ospf: 89,
  ipcomp: 108,
  comp: 108,
  pim: 103,
  vrrp: 112,
  l2tp: 115,
  sctp: 132,
  mh: 135,
  "ipv6-mh": 135,
  "mobility-header": 135,
  udplite: 136,
};

/** Nothing for a name that is not known here. */
export function protocolNumber(text: string): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text) < 256 ? Number(text) : undefined;
  return own(NUMBERS, text.toLowerCase());
}
