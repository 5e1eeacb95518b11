// The same handler without a host: the peer.
import { hello } from "./hello.ts";

const port = Number(Deno.args[0]);
Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, () => hello());
