import type { Cause } from "../cause.ts";
import { excerpt } from "../words/excerpt.ts";
import type { Facts } from "../facts.ts";
import { answerOf, describeSpeaker, describeStatus, headerOf, mainTalk, showAnswer } from "../reading/talks.ts";
import { hostText, reachInstead, retarget } from "../words/target-text.ts";

export const redirected: Cause = {
  code: "REDIRECTED",
  stage: "protocol",
  summary: "the server sends its clients on to another place, which was not tried",
  explain: [
    "portguard contacts nobody but the target it was given, so a redirect to another host is reported, not followed. One to",
    "localhost or to a name that only the server knows breaks every client that is not on its machine; a POST, as MCP's, and a",
    "WebSocket upgrade are not followed by many clients at all, not even to /mcp/ with a slash.",
    "Ask for the new place by itself, or tell the server under which address others know it.",
  ],
  symptoms: ["connected"],
  needs: ["conversation"],
  dependsOn: [],
  judge(facts) {
    const { conversation } = facts.more;
    const main = mainTalk(facts);
    const answer = answerOf(main?.talk);
    if (!conversation || !main || !answer || answer.status < 300 || answer.status > 399) return undefined;
    const place = findPlace(facts, headerOf(answer, "location"));
    if (!place) return undefined;
    const isGet = conversation.mcp === undefined && conversation.upgrade === undefined;
    // A page that moves within its own host is nothing to tell.
    if (isGet && place.sameHost) return undefined;
    const text = excerpt(place.url, 160);
    return {
      severity: isGet ? "warning" : "blocks",
      title: `${describeSpeaker(facts, conversation)} answers ${describeStatus(answer)} to ${main.asked} and sends clients on to ${text}`,
      evidence: [
        showAnswer(conversation, answer, main.asked),
        { what: `its Location header is ${text}`, source: "HTTP" },
      ],
      remedies: [
        reachInstead(isGet ? "ask whether that is reached" : "give clients that URL in the first place", text),
      ],
    };
  },
};

function findPlace({ request: { target } }: Facts, location: string | undefined) {
  const base = retarget(target, { scheme: target.url?.scheme ?? "http" });
  if (location === undefined || !URL.canParse(base) || !URL.canParse(location, base)) return undefined;
  const { href, hostname } = new URL(location, base);
  const own = hostText(target.host).toLowerCase();
  return { url: href, sameHost: bareName(hostname) === bareName(own) };
}

function bareName(name: string): string {
  return name.replace(/^www\./, "");
}
