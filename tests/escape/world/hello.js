import { createApp, everyone, text } from "dropserver";

const app = createApp();
app.get("/", everyone, () => text("hello"));
export default app;
