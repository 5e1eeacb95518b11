// What all pages share.
import { html } from "dropserver";
import type { Context, Member, SafeHtml } from "dropserver";

export interface Page {
  title: string;
  /** What stands in the bar beside the name of the app. */
  actions?: SafeHtml;
  main: SafeHtml;
}

export type Visit = Pick<Context, "member">;

export async function page(ctx: Visit, { title, actions, main }: Page): Promise<SafeHtml> {
  const me = await ctx.member();
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/base.css">
<link rel="stylesheet" href="/static/app.css">
<script type="module" src="/static/app.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the files</a>
<header class="bar">
<div class="wrap">
<a class="brand" href="/"><img src="/static/icon.svg" alt="" width="34" height="34">Files</a>
${actions}
${me && who(me)}
</div>
</header>
<main class="wrap" id="main">
${main}
</main>
</body>
</html>`;
}

/** Who is logged in, and the way out: the host ends the session. */
function who(me: Member): SafeHtml {
  return html`<form class="who" method="post" action="/.dropserver/logout">
${avatar(me)}<span>${me.name}</span>
<button class="button quiet small">Log out</button>
</form>`;
}

/** A member's initials in their colour. */
function avatar({ id, name }: Member): SafeHtml {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)!] : words;
  const initials = letters.map((word) => [...word][0] ?? "?").join("").toUpperCase();
  const hue = [...id].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)!) % 997, 7) % 6;
  return html`<span class="avatar hue-${hue}" aria-hidden="true">${initials}</span>`;
}

export function size(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit > 1 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function day(time: number): SafeHtml {
  const date = new Date(time);
  const said = date.toLocaleDateString("en", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  return html`<time datetime="${date.toISOString()}">${said}</time>`;
}

/** A number with its noun: "1 file", "3 files". */
export function counted(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
