import { describeFields, type JsonField } from "../../report/json-fields.ts";
import type { HelpPage } from "../words/help.ts";
import { WRAP_FLAGS } from "./wrap-flags.ts";

/** Every field of what `wrap --json` writes. */
export const WRAP_JSON: readonly JsonField[] = [
  ["schema", "1"],
  ["ok", "true"],
  ["changed", "whether anything had to be"],
  ["file", "as it was given"],
  ["path", "where it is, links followed"],
  ["server", "its name there"],
  ["project?", "the folder whose server it is (Claude Code)"],
  ["command[]", "what it is started as from now on"],
  ["dryRun", "whether nothing was written"],
  ["backup?", "where the text is kept that was there before"],
];

export const WRAP_HELP: HelpPage = {
  verb: "wrap",
  line: "put portguard in front of a server in an MCP client's configuration",
  examples: ["wrap .mcp.json shim --port 3005", "wrap .vscode/mcp.json shim --dry-run", "wrap .mcp.json shim --undo"],
  usage: "wrap FILE NAME [flags]",
  flags: WRAP_FLAGS,
  chapters: [
    {
      title: "files",
      lines: [
        "`mcpServers` of .mcp.json, ~/.claude.json (its `projects`, too), claude_desktop_config.json,",
        ".cursor/mcp.json, Windsurf's mcp_config.json; `servers` of .vscode/mcp.json, `mcp.servers` of",
        "VS Code's settings.json; `context_servers` of Zed's; any other file with one of these objects",
        "comments, layout, line ends and mode stay",
      ],
    },
    {
      title: "what becomes of it",
      lines: [
        '{ "command": "python", "args": ["shim.py"] } is then started as',
        "portguard reserve 3005 --if-held stop-orphan -- python shim.py",
        "what a killed client left behind on the port is stopped, and nobody else",
        "in a worktree by the name `portguard`, if PATH has it; elsewhere by its path",
        "without --port, as `--port N`, `-p N` or a variable PORT or …_PORT of the entry says",
        "what the file was is kept beside portguard's state, for --undo; wrapping twice changes nothing",
      ],
    },
    {
      title: "exit codes",
      lines: [
        "0 done, or done before; 1 there is no such server, or no command starts it;",
        "2 bad usage, or not JSON; 3 it, or what it was, could not be written",
      ],
    },
  ],
  appendix: [{ title: "the object of --json", lines: describeFields(WRAP_JSON) }],
};
