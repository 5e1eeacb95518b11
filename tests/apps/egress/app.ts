// Asks other hosts, in each of the usual ways: `/fetch?url=https://api.example.com/`.
import http from "node:http";
import https from "node:https";

import axios from "axios";
import { createApp, everyone } from "dropserver";
import { request } from "undici";

const headers = { authorization: "Bearer {{secret:KEY}}" };

const node = (url: string) =>
  new Promise<string>((resolve, reject) => {
    const client = url.startsWith("https:") ? https : http;
    client.get(url, { headers }, (response) => {
      let text = "";
      response.on("data", (part) => (text += part));
      response.on("end", () => resolve(text));
    }).on("error", reject);
  });

const clients: Record<string, (url: string) => Promise<string>> = {
  fetch: async (url) => await (await fetch(url, { headers })).text(),
  node,
  axios: async (url) => (await axios.get(url, { headers })).data,
  undici: async (url) => await (await request(url, { headers })).body.text(),
};

const app = createApp();

app.get("/:client", everyone, async (ctx) => {
  const ask = clients[ctx.params.client];
  try {
    return new Response(await ask(ctx.url.searchParams.get("url") ?? ""));
  } catch (error) {
    const { cause, message } = error as Error;
    return new Response(`failed: ${(cause as Error)?.message ?? message}`);
  }
});

export default app;
