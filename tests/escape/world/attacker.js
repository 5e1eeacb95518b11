import { createApp, everyone, json } from "dropserver";
import { tries } from "./tries.js";

/** How long one thing may hang; what does not come back did not work. */
const PATIENCE = 2000;
const app = createApp();

app.get("/try", everyone, async () => {
  const said = {};
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      const got = await Promise.race([attempt(), tooLong()]);
      said[name] = { got: String(got).slice(0, 4000) };
    } catch (error) {
      said[name] = { refused: `${error?.name}: ${error?.message ?? error}` };
    }
  }
  return json(said);
});
app.get("/one/:name", everyone, async (ctx) => {
  const got = await tries[ctx.params.name](ctx);
  return got instanceof Response ? got : new Response(String(got));
});
app.static("/files", everyone, "@appspace/");
export default app;

function tooLong() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error("it took too long")), PATIENCE);
  });
}
