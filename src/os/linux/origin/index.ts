import type { Origins } from "../../../core/origin.ts";
import { readLife } from "./life.ts";
import { readLineages } from "./lineage.ts";
import { findSocketOwners } from "./socket-owners.ts";

export const linuxOrigins: Origins = {
  ownersOf: (rows) => findSocketOwners(rows),
  lineages: readLineages,
  life: readLife,
};
