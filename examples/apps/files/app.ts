// Files: a box into which everybody in the appspace can put photos and files.
import { can, createApp, html, json, members, notFound, redirect, text } from "dropserver";
import type { Context } from "dropserver";
import * as box from "./src/box.ts";
import { boxPage } from "./src/box_page.ts";
import { filePage, missingPage } from "./src/file_page.ts";
import { receive, receiveThumbnail, Refused } from "./src/receive.ts";

const MIB = 1024 * 1024;
const LARGEST_FORM = 32 * MIB;

const app = createApp();
app.permission("delete", "Delete files");

app.static("/static", members, "@app/static/");

// The host serves what is in the box: with ranges, so that films can be wound, and without waking the app.
app.static("/uploads", members, "@appspace/uploads/");
app.static("/thumbnails", members, "@appspace/thumbnails/");

app.get("/", members, async (ctx) => {
  const all = ctx.url.searchParams.get("show") === "all";
  return html(await boxPage(ctx, box.list(), all));
});

app.get("/view/:file", members, async (ctx) => {
  const file = box.find(ctx.params.file);
  if (file === undefined) return html(await missingPage(ctx), 404);
  return html(await filePage(ctx, file, box.list()));
});

// From the script: one file as it is, written to disk while it arrives.
app.put("/upload", members, (ctx) => {
  return answered(ctx, async () => {
    const length = Number(ctx.request.headers.get("content-length") ?? NaN);
    const name = ctx.url.searchParams.get("name") ?? "";
    return json(await receive(name, ctx.request.body, length), 201);
  });
});

// From the form, where there is no JavaScript: smaller files, as they pass through memory.
app.post("/upload", members, (ctx) => {
  return answered(ctx, async () => {
    const form = await ctx.form({ maxBytes: LARGEST_FORM });
    for (const file of form.getAll("files")) {
      if (file instanceof File && file.name !== "") {
        await receive(file.name, file.stream(), file.size);
      }
    }
    return redirect("/");
  });
});

// Small pictures of large ones. The browser that uploads makes them: it has the means.
app.put("/thumbnail", members, (ctx) => {
  return answered(ctx, async () => {
    const { file } = fileOf(ctx.url.searchParams.get("of") ?? "");
    await receiveThumbnail(file, ctx.request.body);
    return json({ file }, 201);
  });
});

app.post("/view/:file/delete", can("delete"), (ctx) => {
  box.remove(fileOf(ctx.params.file).file);
  return redirect("/");
});

app.migration(1, { up: box.create, down: box.destroy });

function fileOf(name: string): box.Kept {
  const file = box.find(name);
  if (file === undefined) throw notFound("This file is not in the box. Perhaps somebody deleted it.");
  return file;
}

/** Turns what was refused into an answer; to an upload that was broken off, nobody hears one. */
async function answered(ctx: Context, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (ctx.signal.aborted) return text("The upload was broken off.", 400);
    if (error instanceof Refused) return text(error.message, error.status);
    throw error;
  }
}

export default app;
