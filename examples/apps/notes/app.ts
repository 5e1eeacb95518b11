// Notes: a notebook that everybody in the appspace shares.
import { createApp, html, members, redirect } from "dropserver";
import type { Context } from "dropserver";
import { migrateDown1, migrateDown2, migrateUp1, migrateUp2 } from "./src/migrations.ts";
import * as store from "./src/store.ts";
import { readNote } from "./src/form.ts";
import { editPage, missingPage, notePage } from "./src/note_pages.ts";
import { listPage, results } from "./src/list_page.ts";

const app = createApp();

app.static("/static", members, "@app/static/");

app.get("/", members, async (ctx) => html(await listPage(ctx, found(ctx))));

// What the search field fetches while somebody types: the part of the page below it.
app.get("/results", members, async (ctx) => html(await results(found(ctx))));

app.get("/new", members, async (ctx) => html(await editPage(ctx)));

app.get("/notes/:id(\\d+)", members, async (ctx) => {
  return html(await notePage(ctx, await noteOf(ctx)));
});

app.get("/notes/:id(\\d+)/edit", members, async (ctx) => {
  return html(await editPage(ctx, await noteOf(ctx)));
});

app.post("/notes", members, async (ctx) => {
  const { draft, problem } = await readNote(ctx);
  if (problem) return html(await editPage(ctx, undefined, { draft, problem }), 422);
  return redirect(`/notes/${store.add(draft, ctx.memberId)}`);
});

app.post("/notes/:id(\\d+)", members, async (ctx) => {
  const note = await noteOf(ctx);
  const { draft, problem } = await readNote(ctx);
  if (problem) return html(await editPage(ctx, note, { draft, problem }), 422);
  if (store.change(note.id, draft, ctx.memberId)) return redirect(`/notes/${note.id}`);
  return html(await editPage(ctx, await noteOf(ctx), { draft, overtaken: true }), 409);
});

app.post("/notes/:id(\\d+)/pin", members, async (ctx) => {
  const pinned = (await ctx.form()).get("pinned") === "yes";
  store.pin((await noteOf(ctx)).id, pinned);
  return redirect(`/notes/${ctx.params.id}`);
});

app.post("/notes/:id(\\d+)/delete", members, async (ctx) => {
  store.remove((await noteOf(ctx)).id);
  return redirect("/");
});

app.migration(1, { up: migrateUp1, down: migrateDown1 });
app.migration(2, { up: migrateUp2, down: migrateDown2 });

async function noteOf(ctx: Context<"/:id">): Promise<store.Note> {
  const note = store.get(Number(ctx.params.id));
  if (note === undefined) throw html(await missingPage(ctx), 404);
  return note;
}

function found(ctx: Context): store.Found {
  return store.find((ctx.url.searchParams.get("q") ?? "").slice(0, 200));
}

export default app;
