// Who is in, with their pictures; and a line that stays open.
import { createApp, getMembers, html, members } from "dropserver";

const app = createApp();

app.static("/avatars", members, "@avatars/");

app.get("/", members, async (ctx) => {
  const me = await ctx.member();
  const all = await getMembers();
  const face = (one) => one.avatar && html`<img src="/avatars/${one.avatar}" alt="${one.name}" width="64">`;
  return html(html`<!doctype html>
    <html lang="en">
    <meta name="viewport" content="width=device-width">
    <link rel="icon" href="data:,">
    <title>Picnic</title>
    <h1>Picnic</h1>
    <p>Hello, ${me.name}</p>
    <ul>${all.map((one) => html`<li>${one.name} ${face(one)}</li>`)}</ul>
    <p><a href="/.dropserver/me">You</a></p>
    </html>`);
});

app.get("/line", members, () => {
  const start = (line) => line.enqueue(new TextEncoder().encode("."));
  return new Response(new ReadableStream({ start }));
});

export default app;
