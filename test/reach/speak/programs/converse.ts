// Speaks as the request in the first argument says, and prints the conversation.
import type { SpeakRequest } from "../../../../src/reach/speak/conversation.ts";
import { converse } from "../../../../src/reach/speak/converse.ts";

console.log(JSON.stringify(await converse(JSON.parse(process.argv[2] ?? "") as SpeakRequest)));
