// The book: the form to sign it, and what was written.
import { getMembers, html } from "dropserver";
import type { Context, Member, SafeHtml } from "dropserver";
import { LONGEST_MESSAGE, LONGEST_NAME, type Wrong } from "./form.ts";
import { avatar, day, page } from "./page.ts";
import * as store from "./store.ts";

export interface Shown {
  /** Only entries before this one. */
  before?: number;
  /** What to thank for. */
  signed?: string | null;
  /** What somebody wrote that could not be added, and why. */
  entry?: store.NewEntry;
  wrong?: Wrong;
}

export async function bookPage(ctx: Pick<Context, "member">, shown: Shown): Promise<SafeHtml> {
  const me = await ctx.member();
  const moderates = me?.can("moderate") ?? false;
  const { entries, more } = store.read(moderates, shown.before);
  const waiting = moderates ? store.count("waiting") : 0;
  const names = new Map((await getMembers()).map(({ id, name }) => [id, name]));
  return page(
    "Guestbook",
    me,
    html`
<div class="narrow">
${!shown.before && welcome(me, shown)}
${waiting > 0 && !shown.before && html`
<p class="notice waiting-notice">${waiting === 1 ? "One entry waits" : `${waiting} entries wait`} to be let in.</p>`}
${entries.length === 0 ? nothingYet() : html`
<ol class="entries">${entries.map((entry) => entryOf(entry, names, moderates))}</ol>`}
${(more || shown.before) && html`
<nav class="row turn" aria-label="Pages of the book">
${shown.before && html`<a class="button" href="/">Newest entries</a>`}
${more && html`<a class="button push" href="/?before=${entries.at(-1)!.id}">Older entries</a>`}
</nav>`}
</div>`,
  );
}

function welcome(me: Member | null, { signed, entry, wrong }: Shown): SafeHtml {
  return html`
<div class="hello">
<h1>${me ? html`Hello, ${me.name}` : "Nice that you came by"}</h1>
<p>${me ? "What would you like to leave for the others?" : "Leave a few words for those who come after you."}</p>
</div>
${signed === "yes" && html`<p class="notice" role="status">Thank you! Your words are in the book.</p>`}
${signed === "waiting" && html`<p class="notice" role="status">Thank you! As there is a link in it, somebody will look at your entry before it appears.</p>`}
<form class="card sign" method="post" action="/entries">
${wrong?.whole && html`<p class="notice bad" role="alert">${wrong.whole}</p>`}
${!me && field("name", "Your name", wrong?.name, (attributes) => html`
<input class="input" id="name" name="name" value="${entry?.name}" maxlength="${LONGEST_NAME}" autocomplete="nickname" required ${attributes}>`)}
${field("message", "Your words", wrong?.message, (attributes) => html`
<textarea class="input" id="message" name="message" rows="3" maxlength="${LONGEST_MESSAGE}" required ${attributes}>
${entry?.message}</textarea>`)}
<p class="trap" aria-hidden="true"><label for="website">Leave this empty</label>
<input id="website" name="website" tabindex="-1" autocomplete="off"></p>
<div class="row">
<span class="meta count" id="left" data-for="message" data-most="${LONGEST_MESSAGE}"></span>
<button class="button main push">Sign the book</button>
</div>
</form>`;
}

function field(
  id: string,
  label: string,
  wrong: string | undefined,
  input: (attributes: SafeHtml | false) => SafeHtml,
): SafeHtml {
  const attributes = wrong !== undefined && html`aria-invalid="true" aria-describedby="${id}-wrong" autofocus`;
  return html`
<div class="field">
<label for="${id}">${label}</label>${input(attributes)}
${wrong && html`<p class="wrong" id="${id}-wrong">${wrong}</p>`}
</div>`;
}

function entryOf(entry: store.Entry, names: Map<string, string>, moderates: boolean): SafeHtml {
  const name = names.get(entry.member ?? "") ?? entry.name;
  const said = { shown: "", waiting: "Waits to be let in", hidden: "Hidden" }[entry.state];
  return html`
<li class="card entry ${entry.state}" id="entry-${entry.id}">
<p class="head">${avatar(entry.member ?? entry.name, name)}
<span class="from"><strong>${name}</strong>${entry.member !== null && html` <span class="badge">Member</span>`}
<span class="meta">${day(entry.written)}</span></span>
${said && html`<span class="state">${said}</span>`}</p>
<p class="message">${entry.message}</p>
${moderates && tools(entry)}
</li>`;
}

function tools({ id, state, name }: store.Entry): SafeHtml {
  const change = state === "shown" ? "hide" : "show";
  const word = { shown: "Hide", waiting: "Let in", hidden: "Show again" }[state];
  return html`
<div class="row tools">
<form method="post" action="/entries/${id}/${change}"><button class="button small">${word}</button></form>
<button class="button small danger" type="button" popovertarget="sure-${id}">Delete</button>
<div class="card" id="sure-${id}" popover>
<h2>Delete this entry?</h2>
<p>What ${name} wrote will be gone. To take it out of sight only, hide it.</p>
<form class="row" method="post" action="/entries/${id}/delete">
<button class="button" type="button" popovertarget="sure-${id}" popovertargetaction="hide" autofocus>Keep it</button>
<button class="button danger">Delete it</button>
</form>
</div>
</div>`;
}

function nothingYet(): SafeHtml {
  return html`
<div class="empty">
<img src="/static/icon.svg" alt="">
<h2>The first page is yours</h2>
<p>Nobody has signed the book yet. Who, if not you?</p>
</div>`;
}
