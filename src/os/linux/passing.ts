import { passHolds } from "../unix/passing/pass-holds.ts";
import { HeldSet, type HeldSetData } from "./held-set.ts";
import { LinuxHold } from "./hold.ts";

export const linuxPassing = passHolds<HeldSetData>({
  toData: (hold) => (hold as LinuxHold).set.toData(),
  fromData: (data) => new LinuxHold(new HeldSet(data)),
});
