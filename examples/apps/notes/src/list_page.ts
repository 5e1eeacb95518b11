// The list of notes, and what a search found.
import { html } from "dropserver";
import type { Context, SafeHtml } from "dropserver";
import type { Found, Listed } from "./store.ts";
import { plain } from "./markdown.ts";
import { avatar, namesOf, page, when } from "./page.ts";

export async function listPage(ctx: Context, found: Found): Promise<SafeHtml> {
  return page(ctx, {
    title: found.query ? `${found.query} · Notes` : "Notes",
    actions: html`<a class="button main" href="/new">New note</a>`,
    main: html`
<h1 class="hidden-label">Notes</h1>
<form class="search" role="search" action="/">
<label class="hidden-label" for="q">Search all notes</label>
<input class="input" id="q" name="q" type="search" value="${found.query}" maxlength="200"
  placeholder="Search all notes" autocomplete="off" aria-keyshortcuts="/" aria-controls="results">
<noscript><button class="button">Search</button></noscript>
</form>
<div id="results">${await results(found)}</div>`,
  });
}

/** Everything below the search field. */
export async function results({ query, notes }: Found): Promise<SafeHtml> {
  const count = notes.length === 1 ? "1 note" : `${notes.length} notes`;
  const status = html`<p class="meta count" role="status">${query ? `${count} found` : count}</p>`;
  if (notes.length === 0) return query ? nothingFound(query) : nothingYet();
  const nameOf = await namesOf();
  const list = (some: Listed[]) =>
    html`<ul class="notes">${some.map((note) => card(note, nameOf))}</ul>`;
  const pinned = query ? [] : notes.filter((note) => note.pinned);
  if (pinned.length === 0) {
    return html`${status}
<h2 class="hidden-label">${query ? "Found" : "All"}</h2>${list(notes)}`;
  }
  const others = notes.filter((note) => !note.pinned);
  return html`${status}
<h2 class="shelf">Pinned</h2>${list(pinned)}
${others.length > 0 && html`<h2 class="shelf">All others</h2>${list(others)}`}`;
}

function card(note: Listed, nameOf: (id: string | null) => string): SafeHtml {
  const name = nameOf(note.editor);
  return html`
<li class="card note ${note.pinned && "pinned"}">
<h3><a href="/notes/${note.id}">${marked(note.title)}</a></h3>
<p class="excerpt">${marked(excerpt(note))}</p>
<p class="meta by">${avatar({ id: note.editor ?? "", name })}<span>${name} · ${when(note.changed)}</span></p>
</li>`;
}

/** The beginning of a note, or what of it was found, without repeating the title. */
function excerpt(note: Listed): string {
  const text = plain(note.excerpt);
  const repeats = text.startsWith(note.title) && text.length > note.title.length;
  return repeats ? text.slice(note.title.length).replace(/^[\s·]+/, "") : text;
}

/** A text in which \u0001 and \u0002 stand around what matched. */
function marked(text: string): SafeHtml[] {
  return text.split("\u0001").map((part, index) => {
    if (index === 0) return html`${part}`;
    const [hit, rest = ""] = part.split("\u0002");
    return html`<mark>${hit}</mark>${rest}`;
  });
}

function nothingFound(query: string): SafeHtml {
  return html`
<div class="empty" role="status">
<h2>Nothing found</h2>
<p>No note contains “${query}”. Fewer or shorter words find more.</p>
<a class="button" href="/">Show all notes</a>
</div>`;
}

function nothingYet(): SafeHtml {
  return html`
<div class="empty">
<img src="/static/icon.svg" alt="">
<h2>A fresh notebook</h2>
<p>Write down what should not get lost: everybody in this appspace can read it, find it and add to it.</p>
<a class="button main" href="/new">Write the first note</a>
</div>`;
}
