// Responses.
import { fill, SafeHtml } from "./template.js";
import { kind, show } from "./words.js";

/** A page, or, before a template, a piece of one with what is put in escaped. */
export function html(content, ...rest) {
  if (Array.isArray(content?.raw)) return new SafeHtml(fill(content, rest));
  if (typeof content !== "string" && !(content instanceof SafeHtml)) {
    throw new TypeError(`html(…) takes a text or html\`…\`; this is ${kind(content)}.`);
  }
  return typed(String(content), "text/html; charset=utf-8", rest[0]);
}

/** `data` as JSON. */
export function json(data, init) {
  const body = JSON.stringify(data);
  if (body === undefined) {
    throw new TypeError(`json(…) cannot send ${kind(data)}; to send nothing, send null.`);
  }
  return typed(body, "application/json", init);
}

/** Plain text. */
export function text(content, init) {
  return typed(String(content), "text/plain; charset=utf-8", init);
}

/** "There is nothing here." */
export function notFound(message = "There is nothing here.") {
  return text(message, 404);
}

/** "Look there instead." After a form was sent, 303 makes the browser fetch the page anew. */
export function redirect(to, status = 303) {
  if (![301, 302, 303, 307, 308].includes(status)) {
    throw new RangeError(`redirect(…): the status is 301, 302, 303, 307 or 308, not ${status}.`);
  }
  const place = String(to);
  const inside = /^\/(?![/\\])/.test(place);
  if (!inside && !/^https?:\/\//i.test(place)) {
    throw new Error(
      `redirect(${show(place)}): give a path that begins with one "/", or a full http(s) address.`,
    );
  }
  const url = new URL(place, "http://here.invalid");
  const location = inside ? url.pathname + url.search + url.hash : url.href;
  return new Response(null, { status, headers: { location } });
}

function typed(body, type, init) {
  const given = typeof init === "number" ? { status: init } : init ?? {};
  const headers = new Headers(given.headers);
  if (!headers.has("content-type")) headers.set("content-type", type);
  return new Response(body, { status: given.status, statusText: given.statusText, headers });
}
