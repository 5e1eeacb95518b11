// One file, as large as it gets.
import { html } from "dropserver";
import type { SafeHtml } from "dropserver";
import type { Kept } from "./box.ts";
import { day, page, size, type Visit } from "./page.ts";

export async function filePage(ctx: Visit, file: Kept, files: Kept[]): Promise<SafeHtml> {
  const me = await ctx.member();
  const address = encodeURIComponent(file.file);
  const at = files.findIndex((one) => one.file === file.file);
  const step = (to: Kept | undefined, rel: "prev" | "next", word: string) =>
    to && html`<a class="button small" rel="${rel}" href="/view/${encodeURIComponent(to.file)}">${word}</a>`;
  return page(ctx, {
    title: `${file.name} · Files`,
    main: html`
<nav class="row steps" aria-label="Files"><a class="button quiet small" href="/">← All files</a>
<span class="push"></span>${step(files[at - 1], "prev", "Newer")}${step(files[at + 1], "next", "Older")}</nav>
<article>
<div class="stage ${file.kind}">${shown(file, `/uploads/${address}`)}</div>
<div class="row about">
<div><h1>${file.name}</h1><p class="meta">${size(file.size)} · added ${day(file.added)}</p></div>
<div class="row push">
<a class="button main" href="/uploads/${address}" download="${file.name}">Download</a>
${me?.can("delete") && html`<button class="button danger" type="button" popovertarget="sure">Delete</button>`}
</div>
</div>
${me?.can("delete") && html`
<div class="card" id="sure" popover>
<h2>Delete this file?</h2>
<p>${file.name} will be gone for everybody.</p>
<form class="row" method="post" action="/view/${address}/delete">
<button class="button" type="button" popovertarget="sure" popovertargetaction="hide" autofocus>Keep it</button>
<button class="button danger">Delete it</button>
</form>
</div>`}
</article>`,
  });
}

export async function missingPage(ctx: Visit): Promise<SafeHtml> {
  return await page(ctx, {
    title: "Not here · Files",
    main: html`
<div class="empty">
<h1>This file is not in the box</h1>
<p>Perhaps somebody deleted it.</p>
<a class="button" href="/">Show all files</a>
</div>`,
  });
}

function shown({ kind, name }: Kept, source: string): SafeHtml {
  switch (kind) {
    case "picture":
      return html`<a href="${source}"><img src="${source}" alt="${name}"></a>`;
    case "video":
      return html`<video src="${source}" controls preload="metadata" playsinline aria-label="${name}"></video>`;
    case "sound":
      return html`<audio src="${source}" controls preload="metadata" aria-label="${name}"></audio>`;
    case "document":
      return html`<p><a class="button" href="${source}">Open in the browser</a></p>`;
    case "other":
      return html`<p class="meta">There is no preview of this kind of file.</p>`;
  }
}
