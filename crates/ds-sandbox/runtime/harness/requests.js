// Requests: from the host's call to the app's handler, and back.

import { forVisitors } from "./errors.js";

const { defineProperty } = Object;
const { parse } = JSON;
/** Headers between the host and us; app code never sees them. */
const PREFIX = "x-dropserver-";
const CALL = PREFIX + "call";
/** Methods that a Request cannot be made with. */
const UNWRAPPABLE = new Set(["CONNECT", "TRACE", "TRACK"]);

/** Answers a request. Whatever the app does, somebody gets an answer. */
export async function respond(app, incoming) {
  try {
    const call = parse(incoming.headers.get(CALL));
    const route = app.routes()[call.route];
    if (!route?.handler) throw new Error(`the app has no function for route ${call.route}`);
    const request = asTheAppSeesIt(incoming, app.origin(call) + call.path);
    const response = await app.handle(route.handler, request, call);
    if (response instanceof Response) return response;
    throw new Error(`the handler answered with ${typeof response} instead of a Response`);
  } catch (error) {
    console.error("the handler failed:", error);
    const headers = { "content-type": "text/plain; charset=utf-8" };
    return new Response(forVisitors(error), { status: 500, headers });
  }
}

/** The request with its real URL, and without what is between the host and us. */
function asTheAppSeesIt(incoming, url) {
  const { method, body } = incoming;
  const headers = [];
  for (const header of incoming.headers) {
    if (!header[0].startsWith(PREFIX)) headers.push(header);
  }
  const request = UNWRAPPABLE.has(method)
    ? defineProperty(new Request(url, { headers }), "method", { value: method })
    : new Request(url, { method, headers, body, duplex: "half" });
  // Made only if somebody looks: most handlers do not, and it takes a cold start a millisecond.
  return defineProperty(request, "signal", { get: () => incoming.signal });
}
