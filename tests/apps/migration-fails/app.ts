import { createApp } from "dropserver";

const app = createApp();
app.migration(1, { up() { Deno.writeTextFileSync("half.txt", "half"); } });
app.migration(2, { up() { throw new Error("the well is dry"); } });
export default app;
