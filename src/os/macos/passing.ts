import { passHolds } from "../unix/passing/pass-holds.ts";
import { MacHold, type MacHoldData } from "./mac-hold.ts";

export const macPassing = passHolds<MacHoldData>({
  toData: (hold) => (hold as MacHold).toData(),
  fromData: ({ protocol, port, members }) => new MacHold(protocol, port, members),
});
