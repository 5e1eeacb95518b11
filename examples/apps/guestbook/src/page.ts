// What frames every page.
import { html } from "dropserver";
import type { Member, SafeHtml } from "dropserver";

export function page(title: string, me: Member | null, main: SafeHtml): SafeHtml {
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
<a class="skip" href="#main">Skip to the book</a>
<header class="bar">
<div class="wrap">
<a class="brand" href="/"><img src="/static/icon.svg" alt="" width="34" height="34">Guestbook</a>
${me ? who(me) : html`<a class="button quiet small" href="/log-in">Log in</a>`}
</div>
</header>
<main class="wrap" id="main">
${main}
</main>
${me && html`<footer class="foot"><div class="wrap"><a href="/guestbook.json" download>All entries as JSON</a></div></footer>`}
</body>
</html>`;
}

/** Who is logged in, and the way out: the host ends the session. */
function who(me: Member): SafeHtml {
  return html`<form class="who" method="post" action="/.dropserver/logout">
${avatar(me.id, me.name)}<span>${me.name}</span>
<button class="button quiet small">Log out</button>
</form>`;
}

/** Initials in a colour that goes with `seed`. */
export function avatar(seed: string, name: string): SafeHtml {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)!] : words;
  const initials = letters.map((word) => [...word][0] ?? "?").join("").toUpperCase();
  const hue = [...seed].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)!) % 997, 7) % 6;
  return html`<span class="avatar hue-${hue}" aria-hidden="true">${initials}</span>`;
}

export function day(time: number): SafeHtml {
  const date = new Date(time);
  const said = date.toLocaleDateString("en", {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
  return html`<time datetime="${date.toISOString()}">${said}</time>`;
}
