/** `bun ask-network.ts [["route","10.0.0.1"],…]`: asks each question where it runs, and prints the answers as JSON. */
import { parseAddress } from "../../../src/core/address.ts";
import { linuxNetwork } from "../../../src/os/linux/network/index.ts";

const QUESTIONS = {
  interfaces: () => linuxNetwork.interfaces(),
  route: (address: string) => linuxNetwork.route(parseAddress(address)!),
  neighbour: (address: string) => linuxNetwork.neighbour(parseAddress(address)!),
  otherNamespaces: () => linuxNetwork.otherNamespaces(),
  kernel: () => linuxNetwork.kernel(),
} as const;

export type Question = readonly [method: keyof typeof QUESTIONS, argument?: string];

const asked = JSON.parse(process.argv[2] ?? "[]") as Question[];
const answers = asked.map(([method, argument = ""]) => QUESTIONS[method](argument));
const plain = (_: string, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value);
process.stdout.write(JSON.stringify(answers, plain));
