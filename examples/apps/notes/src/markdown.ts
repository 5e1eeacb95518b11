// The few signs that give a note its shape: headings, lists, quotes, code, emphasis and links.
import { html } from "dropserver";
import type { SafeHtml } from "dropserver";

interface Block {
  kind: "heading" | "list" | "numbers" | "quote" | "code" | "rule" | "text";
  lines: string[];
}

const STARTS: [Block["kind"], RegExp][] = [
  ["heading", /^#{1,3}\s+(?=\S)/],
  ["rule", /^(?:-{3,}|\*{3,})\s*$/],
  ["list", /^\s*[-*]\s+/],
  ["numbers", /^\s*\d{1,4}[.)]\s+/],
  ["quote", /^>\s?/],
];

/** A note's text as HTML. Nothing in it can be more than the shapes above. */
export function render(text: string): SafeHtml[] {
  return blocks(text).map(show);
}

function blocks(text: string): Block[] {
  const found: Block[] = [];
  let open: Block | undefined;
  for (const line of text.split("\n")) {
    if (open?.kind === "code") {
      if (/^```\s*$/.test(line)) open = undefined;
      else open.lines.push(line);
      continue;
    }
    if (line.startsWith("```")) {
      found.push(open = { kind: "code", lines: [] });
    } else if (line.trim() === "") {
      open = undefined;
    } else {
      const [kind, start] = STARTS.find(([, sign]) => sign.test(line)) ?? ["text", /^/];
      const alone = kind === "heading" || kind === "rule";
      if (open === undefined || open.kind !== kind || alone) {
        found.push(open = { kind, lines: [] });
      }
      open.lines.push(kind === "heading" ? line : line.replace(start, ""));
    }
  }
  return found;
}

function show({ kind, lines }: Block): SafeHtml {
  switch (kind) {
    case "heading": {
      const words = inline(lines[0].replace(/^#+\s+/, ""));
      return lines[0].startsWith("##") ? html`<h3>${words}</h3>` : html`<h2>${words}</h2>`;
    }
    case "list":
      return html`<ul>${lines.map(item)}</ul>`;
    case "numbers":
      return html`<ol>${lines.map((line) => html`<li>${inline(line)}</li>`)}</ol>`;
    case "quote":
      return html`<blockquote>${broken(lines)}</blockquote>`;
    case "code":
      return html`<pre tabindex="0"><code>${lines.join("\n")}</code></pre>`;
    case "rule":
      return html`<hr>`;
    case "text":
      return html`<p>${broken(lines)}</p>`;
  }
}

function item(line: string): SafeHtml {
  const task = /^\[([ xX])\]\s+/.exec(line);
  if (task === null) return html`<li>${inline(line)}</li>`;
  const done = task[1] !== " ";
  const label = done ? "Done: " : "To do: ";
  return html`<li class="task ${done && "done"}"><span class="hidden-label">${label}</span>${inline(line.slice(task[0].length))}</li>`;
}

function broken(lines: string[]): SafeHtml[] {
  return lines.map((line, index) => html`${index > 0 && html`<br>`}${inline(line)}`);
}

const INLINE =
  /`([^`]+)`|\*\*(\S(?:[^*]*\S)?)\*\*|\*(\S(?:[^*]*\S)?)\*|\[([^[\]]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>()]*[^\s<>().,;:!?])/g;

function inline(text: string): SafeHtml {
  const parts: (string | SafeHtml)[] = [];
  let read = 0;
  for (const match of text.matchAll(INLINE)) {
    const [all, code, strong, emphasis, label, target, address] = match;
    parts.push(text.slice(read, match.index));
    read = match.index + all.length;
    if (code) parts.push(html`<code>${code}</code>`);
    else if (strong) parts.push(html`<strong>${strong}</strong>`);
    else if (emphasis) parts.push(html`<em>${emphasis}</em>`);
    else parts.push(link(target ?? address, label ?? address));
  }
  return html`${parts}${text.slice(read)}`;
}

function link(target: string, label: string): SafeHtml {
  return html`<a href="${target}" rel="noopener noreferrer nofollow">${label}</a>`;
}

/** The text without its signs on one line, for excerpts. */
export function plain(text: string): string {
  return text
    .replace(/^```.*$/gm, "")
    .replace(/^\s*(?:#{1,3}|>)\s+/gm, "")
    .replace(/^\s*(?:[-*]|\d{1,4}[.)])\s+(?:\[[ xX]\]\s+)?/gm, "· ")
    .replace(/\*\*?|`/g, "")
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replace(/\s+/g, " ")
    .replace(/^[\s·]+/, "");
}
