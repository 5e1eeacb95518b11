import { can, createApp, everyone, json, members } from "dropserver";

/** Says what a request looks like to an app, and does odd things on demand. */
const app = createApp();
app.permission("edit", "Change things");

const seen = (ctx: { request: Request; url: URL; params: unknown; memberId: string | null }) =>
  json({
    method: ctx.request.method,
    url: ctx.url.href,
    params: ctx.params,
    memberId: ctx.memberId,
    headers: Object.fromEntries(ctx.request.headers),
  });

let counter = 0;
app.get("/seen/:rest*", everyone, seen);
app.post("/seen/:rest*", everyone, seen);
app.get("/members", members, seen);
app.post("/members", members, seen);
app.get("/edit", can("edit"), seen);
app.static("/public.txt", everyone, "@app/static/public.txt");
app.static("/members.txt", members, "@app/static/members.txt");
app.static("/files", everyone, "@appspace/");
app.get("/count", everyone, () => json({ count: ++counter }));
app.post("/keep/:name", everyone, async (ctx) => {
  await Deno.writeTextFile(String(ctx.params.name), await ctx.request.text());
  return json({ kept: true });
});
app.get("/kept/:name", everyone, async (ctx) => new Response(await Deno.readTextFile(String(ctx.params.name))));
app.get("/cookies", everyone, () => {
  const headers = new Headers();
  headers.append("set-cookie", "mine=1; Path=/");
  headers.append("set-cookie", "tossed=1; Domain=localhost");
  headers.append("set-cookie", "ds-member=forged");
  headers.append("x-dropserver-forged", "1");
  return new Response("ok", { headers });
});
app.post("/count-bytes", everyone, async (ctx) => {
  let bytes = 0;
  for await (const chunk of ctx.request.body ?? []) bytes += chunk.length;
  return json({ bytes });
});
app.get("/events", everyone, (ctx) => {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("data: first\n\n"));
      ctx.signal.addEventListener("abort", () => Deno.writeTextFileSync("gone.txt", "gone"));
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
});
app.get("/exit", everyone, () => Deno.exit(3));

export default app;
