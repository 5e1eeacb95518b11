import { createApp, everyone, members } from "dropserver";
import { hello } from "./hello.ts";

/** What is measured: files and a function, each with as little around it as can be. */
const app = createApp();
app.get("/hello", everyone, () => hello());
app.static("/public", everyone, "@app/static/");
app.static("/members", members, "@app/static/");

export default app;
