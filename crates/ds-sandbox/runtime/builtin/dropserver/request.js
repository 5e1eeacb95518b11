// One request: what the handler is given, and what becomes of what it returns.
import { getMember, sawRequestTo, within } from "./appspace.js";
import { text } from "./respond.js";
import { kind } from "./words.js";

const MIB = 1024 * 1024;

/** Calls a handler. A thrown `Response` is a response; anything else than a response is a mistake. */
export async function answer(handler, given, where) {
  let response;
  try {
    response = await handler(new Context(given));
  } catch (thrown) {
    if (!(thrown instanceof Response)) throw thrown;
    response = thrown;
  }
  if (response instanceof Response) return response;
  console.error(
    `${where} answered with ${kind(response)}. A handler returns a Response: html(…), json(…), ` +
      `text(…), redirect(…), notFound() or new Response(…).`,
  );
  return text("This app made a mistake and could not answer.", 500);
}

class Context {
  #scope;

  constructor({ request, url, params, memberId, scope }) {
    sawRequestTo(url);
    this.request = request;
    this.url = url;
    this.params = decoded(params);
    this.memberId = memberId ?? null;
    this.#scope = scope;
  }

  /** Made when somebody looks; most handlers do not. */
  get signal() {
    return this.request.signal;
  }

  async member() {
    const member = this.memberId === null ? null : await getMember(this.memberId);
    return this.#scope === undefined ? member : within(member, this.#scope);
  }

  async form({ maxBytes = MIB } = {}) {
    const type = this.request.headers.get("content-type") ?? "";
    const body = await bounded(this.request, maxBytes);
    try {
      return await new Response(body, { headers: { "content-type": type } }).formData();
    } catch {
      throw text("This is not a form.", 400);
    }
  }

  async json({ maxBytes = MIB } = {}) {
    const body = await bounded(this.request, maxBytes);
    try {
      return JSON.parse(new TextDecoder().decode(body));
    } catch {
      throw text("This is not JSON.", 400);
    }
  }
}

function decoded(params) {
  const one = (value) => {
    try {
      return decodeURIComponent(value);
    } catch {
      return value;
    }
  };
  return Object.fromEntries(
    Object.entries(params ?? {}).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(one) : one(value),
    ]),
  );
}

/** The whole body, unless it is larger than `maxBytes`. */
async function bounded(request, maxBytes) {
  const tooLarge = () => text(`This is too large: at most ${maxBytes} bytes are taken.`, 413);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  const parts = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.length;
    if (length > maxBytes) throw tooLarge();
    parts.push(part);
  }
  return new Blob(parts).arrayBuffer();
}
