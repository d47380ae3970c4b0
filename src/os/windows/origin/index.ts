import type { Origins } from "../../../core/origin.ts";
import { readLife } from "./life.ts";
import { readLineages } from "./lineages.ts";
import { findSocketOwners } from "./socket-owners.ts";

export const windowsOrigins: Origins = {
  ownersOf: findSocketOwners,
  lineages: readLineages,
  life: readLife,
};
