import type { Vantage } from "../../core/target.ts";

/** Who would connect, in a word or two: `here`, `this LAN`, `192.168.1.0/24`. */
export function describeVantage(from: Vantage): string {
  switch (from.kind) {
    case "here":
      return "this machine";
    case "lan":
      return "this LAN";
    case "internet":
      return "the internet";
    case "container":
      return "a container";
    case "network":
      return from.prefix === (from.address.family === 4 ? 32 : 128)
        ? from.address.text
        : `${from.address.text}/${from.prefix}`;
  }
}
