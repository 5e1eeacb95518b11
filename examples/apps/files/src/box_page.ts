// The box with everything in it.
import { html } from "dropserver";
import type { SafeHtml } from "dropserver";
import type { Kept } from "./box.ts";
import { LARGEST_FILE } from "./receive.ts";
import { counted, day, page, size, type Visit } from "./page.ts";

const AT_FIRST = 120;

export async function boxPage(ctx: Visit, files: Kept[], all: boolean): Promise<SafeHtml> {
  return await page(ctx, {
    title: "Files",
    main: html`
<h1 class="hidden-label">Files</h1>
<form class="drop" id="drop" method="post" action="/upload" enctype="multipart/form-data"
  data-largest="${LARGEST_FILE}">
<p class="drop-words"><strong>Put something into the box</strong>
<span class="meta with-script">Drop files anywhere on this page, paste a picture, or choose them.</span></p>
<label class="button main" for="files">Choose files</label>
<input class="pick" id="files" type="file" name="files" multiple>
<noscript><button class="button">Upload</button></noscript>
</form>
<ul class="uploads" id="uploads" aria-live="polite" aria-label="Uploads"></ul>
<div id="box">${files.length === 0 ? nothingYet() : contents(files, all)}</div>`,
  });
}

function contents(files: Kept[], all: boolean): SafeHtml {
  const seen = files.filter(({ kind }) => kind === "picture" || kind === "video");
  const others = files.filter((file) => !seen.includes(file));
  const shown = (some: Kept[]) => all ? some : some.slice(0, AT_FIRST);
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const rest = !all && Math.max(seen.length, others.length) > AT_FIRST;
  return html`
${seen.length > 0 && html`
<section aria-labelledby="seen">
<h2 class="shelf" id="seen">Pictures and videos <span>${seen.length}</span></h2>
<ul class="grid">${shown(seen).map(tile)}</ul>
</section>`}
${others.length > 0 && html`
<section aria-labelledby="others">
<h2 class="shelf" id="others">${seen.length > 0 ? "Everything else" : "Files"} <span>${others.length}</span></h2>
<ul class="card list">${shown(others).map(line)}</ul>
</section>`}
${rest && html`<p class="more"><a class="button" href="/?show=all">Show all ${counted(files.length, "file")}</a></p>`}
<p class="meta sum">${counted(files.length, "file")}, ${size(total)} together</p>`;
}

function tile(file: Kept): SafeHtml {
  const address = encodeURIComponent(file.file);
  const source = file.thumbnail ? `/thumbnails/${address}.webp` : `/uploads/${address}`;
  const preview = file.kind === "picture"
    ? html`<img src="${source}" alt="" loading="lazy" decoding="async">`
    : html`<video src="${source}#t=0.1" preload="metadata" muted playsinline tabindex="-1" aria-hidden="true"></video>
<span class="play" aria-hidden="true"></span>`;
  return html`
<li class="tile"><a href="/view/${address}">
<span class="preview">${preview}</span>
<span class="name">${file.name}</span>
</a></li>`;
}

function line(file: Kept): SafeHtml {
  const address = encodeURIComponent(file.file);
  const ending = /\.([^.]{1,4})$/.exec(file.name)?.[1] ?? "";
  return html`
<li class="line">
<span class="sheet ${file.kind}" aria-hidden="true">${ending || "?"}</span>
<span class="what"><a href="/view/${address}">${file.name}</a>
<span class="meta">${size(file.size)} · ${day(file.added)}</span></span>
${file.kind === "sound" && html`<audio controls preload="none" src="/uploads/${address}" aria-label="${file.name}"></audio>`}
<a class="button small" href="/uploads/${address}" download="${file.name}">Download<span class="hidden-label"> ${file.name}</span></a>
</li>`;
}

function nothingYet(): SafeHtml {
  return html`
<div class="empty">
<img src="/static/icon.svg" alt="">
<h2>The box is empty</h2>
<p>Photos, films, music, papers: what you put in, everybody in this appspace can see and download.</p>
</div>`;
}
