import { describe, expect, test } from "bun:test";
import type { Diagnosis } from "../../src/core/diagnosis.ts";
import { STAGES } from "../../src/core/finding.ts";
import { PAGE_START, renderReachPage } from "../../src/report/reach-html.ts";
import { diagnosisOf, healthyOf, hostileDiagnosis, UNSAFE_PORT } from "./diagnosis.ts";

const render = (diagnosis: Diagnosis) =>
  renderReachPage(diagnosis, { system: "linux", at: new Date(0), version: "portguard 1.2.3 (from source)" });

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  text: string;
}

/** Every element of the page as a parser sees it, in order. */
function parsePage(page: string): readonly Element[] {
  const found: Element[] = [];
  const open: Element[] = [];
  const rewriter = new HTMLRewriter().on("*", {
    element(element) {
      const { tagName } = element;
      const seen: Element = { name: tagName, attributes: new Map(element.attributes), text: "" };
      found.push(seen);
      if (!["meta", "img", "link"].includes(tagName)) {
        open.push(seen);
        element.onEndTag(() => void open.splice(open.indexOf(seen), 1));
      }
    },
    text({ text }) {
      for (const element of open) element.text += text;
    },
  });
  rewriter.transform(page);
  return found;
}

const KNOWN = new Set(
  "html head meta title style body main h1 h2 h3 ol ul li b span section small p pre code table thead tbody tr th td footer time".split(
    " ",
  ),
);

describe("the page", () => {
  test("needs nothing else: no script, no resource, no link, no style but its own", () => {
    for (const page of [render(diagnosisOf()), render(healthyOf()), render(hostileDiagnosis())]) {
      const elements = parsePage(page);
      expect(elements.filter(({ name }) => !KNOWN.has(name))).toEqual([]);
      const attributes = new Set(elements.flatMap((element) => [...element.attributes.keys()]));
      expect([...attributes].filter((name) => /^(?:on|src|href|style|action)/.test(name))).toEqual([]);
      expect(elements.find(({ name }) => name === "style")?.text).not.toMatch(/url\(|@import|@font-face/);
    }
  });

  test("forbids all but that by its policy, which lets its own style in", () => {
    const elements = parsePage(render(diagnosisOf()));
    const policy = elements.find((element) => element.attributes.get("http-equiv") === "Content-Security-Policy");
    const style = elements.find(({ name }) => name === "style")?.text ?? "";
    const hash = new Bun.CryptoHasher("sha256").update(style).digest("base64");
    expect(policy?.attributes.get("content")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
  });

  test("has its style for a light and a dark screen", () => {
    expect(render(diagnosisOf())).toMatch(/color-scheme: light dark;[^]*@media \(prefers-color-scheme: dark\)/);
  });

  test("says what the text says: verdict, path, evidence, commands, risk, attempts", () => {
    const page = render(diagnosisOf({ findings: [...diagnosisOf().findings, UNSAFE_PORT], notes: ["mind this"] }));
    const elements = parsePage(page);
    const textsOf = (wanted: string) => elements.filter(({ name }) => name === wanted).map(({ text }) => text);
    const title = "192.168.1.20:8000 can&#39;t be reached: uvicorn (pid 4711) listens on 127.0.0.1 only";
    expect(textsOf("title")).toEqual([title]);
    expect(textsOf("h1")).toEqual([`✗ ${title}`]);
    expect(textsOf("b").map((text) => text.split(" ")[1])).toEqual([...STAGES]);
    expect(textsOf("b")[4]).toBe("✗ socket");
    expect(textsOf("pre")).toEqual([
      "uvicorn app:app --port 8000 --host 0.0.0.0",
      "ssh -L 8000:127.0.0.1:8000 bob@192.168.1.20",
    ]);
    expect(textsOf("p")).toContain("it exposes the server: other machines get in");
    expect(textsOf("td")).toEqual(["192.168.1.20:8000", "refused, ECONNREFUSED (111)"]);
    expect(textsOf("h3")[1]).toBe("? warning: browsers refuse to open port 6000");
    expect(textsOf("li")).toContain("mind this");
    expect(textsOf("time")).toEqual(["1970-01-01 00:00:00 UTC"]);
  });

  test("begins as every page does, by which it is known for one", () => {
    expect(render(hostileDiagnosis())).toStartWith(PAGE_START);
  });

  test("shows hostile text as text", () => {
    const page = render(hostileDiagnosis());
    expect(page).not.toContain("<img");
    // oxlint-disable-next-line no-control-regex -- controls are what must not be there
    expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
    expect(page).toContain("\\x1b[2J");
    expect(page).toContain("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;");
  });
});
