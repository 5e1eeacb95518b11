// One note: to read, and to write.
import { html } from "dropserver";
import type { Context, SafeHtml } from "dropserver";
import type { Draft, Note } from "./store.ts";
import { LONGEST_BODY, LONGEST_TITLE } from "./form.ts";
import { render } from "./markdown.ts";
import { avatar, namesOf, page, when } from "./page.ts";

type Visit = Pick<Context, "member">;

export async function notePage(ctx: Visit, note: Note): Promise<SafeHtml> {
  const nameOf = await namesOf();
  const author = nameOf(note.author);
  const editor = nameOf(note.editor);
  return page(ctx, {
    title: `${note.title} · Notes`,
    actions: html`<a class="button main" href="/notes/${note.id}/edit">Edit</a>`,
    main: html`
<article class="narrow">
<p class="back"><a href="/">← All notes</a></p>
<h1>${note.title}</h1>
<p class="meta by">${avatar({ id: note.author ?? "", name: author })}
<span>By ${author}, ${when(note.created)}${
      note.changed > note.created && html` · changed by ${editor}, ${when(note.changed)}`
    }</span></p>
<div class="text">${render(note.body)}</div>
<div class="row tools">
<form method="post" action="/notes/${note.id}/pin">
<button class="button" name="pinned" value="${note.pinned ? "no" : "yes"}">${
      note.pinned ? "Unpin" : "Pin to the top"
    }</button>
</form>
<button class="button danger push" type="button" popovertarget="sure">Delete</button>
</div>
<div class="card" id="sure" popover>
<h2>Delete this note?</h2>
<p>It will be gone for everybody.</p>
<form class="row" method="post" action="/notes/${note.id}/delete">
<button class="button" type="button" popovertarget="sure" popovertargetaction="hide" autofocus>Keep it</button>
<button class="button danger">Delete it</button>
</form>
</div>
</article>`,
  });
}

export async function missingPage(ctx: Visit): Promise<SafeHtml> {
  return await page(ctx, {
    title: "Not here · Notes",
    main: html`
<div class="empty">
<h1>This note is not here</h1>
<p>Perhaps somebody deleted it.</p>
<a class="button" href="/">Show all notes</a>
</div>`,
  });
}

interface Again {
  draft: Draft;
  problem?: string;
  /** Somebody else changed the note in the meantime. */
  overtaken?: boolean;
}

export async function editPage(ctx: Visit, note?: Note, again?: Again): Promise<SafeHtml> {
  const title = again?.draft.title ?? note?.title ?? "";
  const body = again?.draft.body ?? note?.body ?? "";
  const basedOn = again?.problem ? again.draft.basedOn : note?.changed ?? 0;
  return page(ctx, {
    title: `${note ? "Edit" : "New note"} · Notes`,
    main: html`
<form class="narrow write" method="post" action="${note ? `/notes/${note.id}` : "/notes"}" data-guard>
<h1>${note ? "Edit note" : "New note"}</h1>
${again?.problem && html`<p class="notice bad" role="alert">${again.problem}</p>`}
${again?.overtaken && note && await overtaken(note)}
<input type="hidden" name="based-on" value="${basedOn}">
<div class="field">
<label for="title">Title</label>
<input class="input" id="title" name="title" value="${title}" maxlength="${LONGEST_TITLE}" ${!note && "autofocus"}>
</div>
<div class="field">
<label for="body">Text</label>
<textarea class="input" id="body" name="body" rows="12" maxlength="${LONGEST_BODY}" aria-describedby="signs">
${body}</textarea>
<p class="hint" id="signs"># Heading · - list · - [ ] to do · &gt; quote · **bold** · *italic* · \`code\`</p>
</div>
<div class="row">
<button class="button main" aria-keyshortcuts="Control+Enter">Save</button>
<a class="button quiet" href="${note ? `/notes/${note.id}` : "/"}">Cancel</a>
</div>
</form>`,
  });
}

async function overtaken(note: Note): Promise<SafeHtml> {
  const nameOf = await namesOf();
  return html`
<div class="notice bad" role="alert">
<p><strong>${nameOf(note.editor)} changed this note while you were writing.</strong>
Nothing of yours is lost: it is below. Take over what you need from theirs, then save.</p>
<details><summary>What it says now</summary>
<div class="text"><h2>${note.title}</h2>${render(note.body)}</div>
</details>
</div>`;
}
