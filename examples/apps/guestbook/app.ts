// Guestbook: everybody who comes by can read it and sign it.
import { can, createApp, everyone, html, json, members, notFound, redirect } from "dropserver";
import { bookPage } from "./src/book_page.ts";
import { migrateDown1, migrateUp1 } from "./src/migrations.ts";
import * as store from "./src/store.ts";
import { tooFast } from "./src/pace.ts";
import { readEntry } from "./src/form.ts";

const app = createApp();
app.permission("moderate", "Hide and delete entries, and let in those that wait");

app.static("/static", everyone, "@app/static/");

app.get("/", everyone, async (ctx) => {
  const before = Number(ctx.url.searchParams.get("before")) || undefined;
  return html(await bookPage(ctx, { before, signed: ctx.url.searchParams.get("signed") }));
});

// Members only: the host asks everybody else to log in, and brings them back here.
app.get("/log-in", members, () => redirect("/"));

app.post("/entries", everyone, async (ctx) => {
  const member = await ctx.member();
  const { entry, wrong, robot } = await readEntry(ctx, member);
  if (robot) return redirect("/?signed=yes");
  if (wrong) return html(await bookPage(ctx, { entry, wrong }), 422);
  const wait = tooFast(member);
  if (wait) return html(await bookPage(ctx, { entry, wrong: { whole: wait } }), 429);
  const state = store.add(entry);
  return redirect(state === "waiting" ? "/?signed=waiting" : "/?signed=yes");
});

app.post("/entries/:id(\\d+)/:action(show|hide|delete)", can("moderate"), (ctx) => {
  const id = Number(ctx.params.id);
  const { action } = ctx.params;
  const done = action === "delete"
    ? store.remove(id)
    : store.setState(id, action === "show" ? "shown" : "hidden");
  return done ? redirect(`/#entry-${id}`) : notFound("This entry is not in the book any more.");
});

app.get("/guestbook.json", members, async (ctx) => {
  const all = (await ctx.member())?.can("moderate") ?? false;
  const headers = { "content-disposition": 'attachment; filename="guestbook.json"' };
  return json(store.everything(all), { headers });
});

app.migration(1, { up: migrateUp1, down: migrateDown1 });

export default app;
