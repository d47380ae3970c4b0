import type { StarterKind } from "../../core/holder.ts";
import type { ProcessInfo } from "../../core/socket.ts";
import { baseName, stripInterpreter } from "./command.ts";

/** Linux keeps 15 characters of a name, and some programs name themselves with their state: `tmux: server`. */
const STARTERS: readonly (readonly [kind: StarterKind, name: RegExp])[] = [
  ["session", /^(?:tmux(?:: .*)?|screen|SCREEN|zellij|dtach|abduco)$/],
  [
    "manager",
    /^(?:PM2 .*|pm2|supervisord|circusd|overmind|hivemind|honcho|foreman.*|process-compose|runsv|s6-supervise|monit|god)$/,
  ],
  [
    "editor",
    /^(?:code|code-insiders|code-server|codium|code-oss|cursor|windsurf|zed|zed-editor|zeditor|idea(?:64)?|pycharm(?:64)?|webstorm(?:64)?|goland(?:64)?|clion(?:64)?|rubymine(?:64)?|phpstorm(?:64)?|rider(?:64)?|rustrover(?:64)?|fleet|sublime_text|nvim|vim|hx|kak|emacs.*|devenv|Xcode)$/i,
  ],
  ["editor", /^(?:Code|Cursor|Windsurf|Code - Insiders|VSCodium)(?: Helper.*)?$/],
  [
    "agent",
    /^(?:claude|Claude|codex|gemini|aider|goose|opencode|amp|crush|copilot|cursor-agent|cline|qwen|Claude Helper.*)$/,
  ],
  ["remote", /^(?:sshd.*|mosh-server|dropbear|ttyd|telnetd)$/],
  ["schedule", /^(?:cron|crond|CRON|anacron|atd|fcron|taskeng|launchd-cron)$/],
  [
    "terminal",
    /^(?:gnome-terminal.*|konsole|yakuake|alacritty|kitty|wezterm.*|foot|xterm|urxvt|st|tilix|terminator|ghostty|hyper|warp.*|rio|ptyxis.*|kgx|xfce4-terminal|qterminal|lxterminal|Terminal|iTerm2|WindowsTerminal|conhost|OpenConsole|login)$/i,
  ],
  ["init", /^(?:systemd|init|launchd|services|wininit|explorer|sihost|svchost|userinit|winlogon)$/i],
];

const SHELL = /^-?(?:ba|z|da|k|mk|fi|tc|c|a)?sh$|^(?:pwsh|powershell|cmd|nu|xonsh|elvish)$/i;

const WRAPPER =
  /^(?:npm|npx|npm-cli|npx-cli|pnpm|pnpx|yarn|yarnpkg|bun|bunx|deno|uv|uvx|poetry|pipenv|pdm|hatch|pipx|make|just|task|go|cargo|env|time|timeout|nice|sudo|doas|dotenv|dotenvx|direnv|cross-env|mise|volta|concurrently|turbo|nx|node|python[\d.]*)$/i;

/** What kind of starter a process is by its name; nothing for any other program. */
export function recognizeStarter(process: ProcessInfo): StarterKind | undefined {
  const names = [process.name ?? "", ...programNames(process.command)];
  return STARTERS.find(([, expression]) => names.some((name) => expression.test(name)))?.[0];
}

/** Whether it calls itself a process manager: a server's script may have the name of one. */
export function isManager({ name = "" }: ProcessInfo): boolean {
  return recognizeStarter({ pid: 0, name, command: [] }) === "manager";
}

/** Runs one program for somebody else, and means nothing without it: `npm run`, `uv run`, a shell. */
export function isWrapper(process: ProcessInfo): boolean {
  return isShell(process) || [process.name ?? "", ...programNames(process.command)].some((name) => WRAPPER.test(name));
}

export function isShell({ name = "", command }: ProcessInfo): boolean {
  return SHELL.test(name) || (name === "" && SHELL.test(baseName(command[0])));
}

/** A shell, or a script that one runs: the kernel calls that by the script's name. */
export function runsShell(process: ProcessInfo): boolean {
  return isShell(process) || SHELL.test(baseName(process.command[0]));
}

/** What portguard runs as while it holds a port: itself, and the processes that it keeps beside it. */
const HOLDING = new Set(["reserve", "pick", "__guard", "__keep"]);

export function isReservation({ command, name }: ProcessInfo): boolean {
  const isOurs = name === "portguard" || baseName(command[0]) === "portguard";
  return isOurs && HOLDING.has(command[1] ?? "");
}

/** The second process of a reservation. */
export function isGuard(process: ProcessInfo): boolean {
  return isReservation(process) && process.command[1] === "__guard";
}

/** Its own file's name, and behind an interpreter that of its script, `.js` and the like left out. */
function programNames(command: readonly string[]): string[] {
  const script = stripInterpreter(command);
  return [command[0], script === command ? undefined : script[0]].flatMap((word) =>
    word === undefined ? [] : [baseName(word).replace(/\.(?:[cm]?js|py|rb)$/, "")],
  );
}
