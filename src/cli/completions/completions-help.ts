import { type Flag, SHARED_FLAGS } from "../words/flags.ts";
import type { HelpPage } from "../words/help.ts";

export const COMPLETIONS_FLAGS: readonly Flag[] = [SHARED_FLAGS.color, { ...SHARED_FLAGS.help, usual: true }];

export const COMPLETIONS_HELP: HelpPage = {
  verb: "completions",
  line: "the script by which a shell completes portguard's words",
  examples: ["completions bash", "completions zsh", "completions fish"],
  usage: "completions SHELL",
  flags: COMPLETIONS_FLAGS,
  chapters: [
    {
      title: "shells",
      lines: [
        "bash         in ~/.bashrc: source <(portguard completions bash)",
        "zsh          in ~/.zshrc, behind compinit: source <(portguard completions zsh)",
        "fish         portguard completions fish > ~/.config/fish/completions/portguard.fish",
        "powershell   in $PROFILE: portguard completions powershell | Out-String | Invoke-Expression",
      ],
    },
    {
      title: "what is completed",
      lines: [
        "verbs, flags and their values; live ports, reservations, rules, servers to be wrapped;",
        "files where one is meant, and behind `--` the command, as the shell does it",
      ],
    },
    { title: "exit codes", lines: ["0; 2 for a shell that is not known"] },
  ],
};
