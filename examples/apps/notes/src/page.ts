// What all pages share.
import { getMembers, html } from "dropserver";
import type { Context, Member, SafeHtml } from "dropserver";

export interface Page {
  title: string;
  /** What stands in the bar beside the name of the app. */
  actions?: SafeHtml;
  main: SafeHtml;
}

export async function page(ctx: Pick<Context, "member">, { title, actions, main }: Page): Promise<SafeHtml> {
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
<a class="skip" href="#main">Skip to the notes</a>
<header class="bar">
<div class="wrap">
<a class="brand" href="/"><img src="/static/icon.svg" alt="" width="34" height="34">Notes</a>
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
export function avatar({ id, name }: Pick<Member, "id" | "name">): SafeHtml {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)!] : words;
  const initials = letters.map((word) => [...word][0] ?? "?").join("").toUpperCase();
  const hue = [...id].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)!) % 997, 7) % 6;
  return html`<span class="avatar hue-${hue}" aria-hidden="true">${initials}</span>`;
}

/** The names of members by their ids. */
export async function namesOf(): Promise<(id: string | null) => string> {
  const names = new Map((await getMembers()).map(({ id, name }) => [id, name]));
  return (id) => names.get(id ?? "") ?? "A former member";
}

/** A moment as people say it, with the exact one for those who point at it. */
export function when(time: number, now = Date.now()): SafeHtml {
  const date = new Date(time);
  const iso = date.toISOString();
  const exact = `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
  return html`<time datetime="${iso}" title="${exact}">${said(date, now)}</time>`;
}

function said(date: Date, now: number): string {
  const minutes = Math.floor((now - date.getTime()) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  if (minutes < 48 * 60) return "yesterday";
  const year = date.getUTCFullYear() === new Date(now).getUTCFullYear() ? undefined : "numeric";
  return date.toLocaleDateString("en", { day: "numeric", month: "short", year, timeZone: "UTC" });
}
