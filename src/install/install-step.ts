import type { Command } from "../core/step.ts";

/** One thing that is done to what other programs read: data, to be shown or carried out. */
export type InstallStep =
  | { readonly do: "write"; readonly path: string; readonly text: string }
  | { readonly do: "remove"; readonly path: string }
  | (Command & {
      readonly do: "run";
      /** It fails where there is nothing to be done. */
      readonly mayFail?: true;
    });
