// The channel to the host: frames of a length (u32, big endian) and that many bytes of JSON.
//
// The host says assign, learn, migrate, ping and stop; we say listening, ready and failed. Either side may ask:
// a frame with an `id` is answered by { type: "answer", id, value } or { type: "answer", id, error }.

import { describe } from "./errors.js";

const { exit } = Deno;
const { parse, stringify } = JSON;
/** The longest frames, in bytes: what the host takes, and what it sends. */
const MAX_OUT = 4 << 20;
const MAX_IN = 16 << 20;
const MAX_QUESTIONS = 1000;

export class Control {
  #conn;
  #handlers;
  #encoder = new TextEncoder();
  #decoder = new TextDecoder();
  /** The end of the queue of frames that are being written. */
  #written = Promise.resolve();
  /** Questions to the host that it has not answered yet. */
  #questions = new Map();
  #lastId = 0;
  /** What the host said and was not handled yet, and how much that is. */
  #buffer = new Uint8Array(4096);
  #filled = 0;

  static async connect(path, handlers) {
    const control = new Control();
    control.#conn = await Deno.connect({ transport: "unix", path });
    control.#handlers = handlers;
    // The server keeps the process alive, not this.
    control.#conn.unref();
    return control;
  }

  /** Sends a frame. */
  send(frame) {
    const body = this.#encoder.encode(stringify(frame));
    if (body.length > MAX_OUT) throw new Error("a message to the host would be too long");
    const bytes = new Uint8Array(4 + body.length);
    new DataView(bytes.buffer).setUint32(0, body.length);
    bytes.set(body, 4);
    this.#written = this.#written.then(() => this.#write(bytes)).catch(() => exit(1));
  }

  /** Asks the host and waits for its answer. */
  ask(type, fields) {
    return new Promise((resolve, reject) => {
      if (this.#questions.size >= MAX_QUESTIONS) {
        reject(new Error("too many questions to the host at once"));
        return;
      }
      const id = ++this.#lastId;
      this.send({ ...fields, type, id });
      this.#questions.set(id, { resolve, reject });
      this.#conn.ref();
    });
  }

  /** Handles what the host says. Without a host there is nothing to be here for. */
  async listen() {
    try {
      while (true) {
        await this.#fill(4);
        const size = new DataView(this.#buffer.buffer).getUint32(0);
        if (size > MAX_IN) break;
        await this.#fill(4 + size);
        const frame = this.#decoder.decode(this.#buffer.subarray(4, 4 + size));
        this.#buffer.copyWithin(0, 4 + size, this.#filled);
        this.#filled -= 4 + size;
        this.#handle(parse(frame));
      }
    } catch {
      // Below.
    }
    exit(1);
  }

  #handle(frame) {
    if (frame.type === "answer") {
      this.#answered(frame);
      return;
    }
    const handler = this.#handlers[frame.type];
    if (frame.id === undefined) handler(frame);
    else this.#answer(frame, handler);
  }

  #answered({ id, value, error }) {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    if (this.#questions.size === 0) this.#conn.unref();
    if (error === undefined) question?.resolve(value);
    else question?.reject(new Error(error));
  }

  async #answer(frame, handler) {
    const { id } = frame;
    try {
      const value = await handler(frame);
      this.send({ type: "answer", id, value: value ?? null });
    } catch (error) {
      this.send({ type: "answer", id, error: describe(error) });
    }
  }

  async #write(bytes) {
    for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
  }

  /** Reads until so many bytes are there. Most frames are there at once. */
  async #fill(size) {
    if (size > this.#buffer.length) {
      const larger = new Uint8Array(size);
      larger.set(this.#buffer.subarray(0, this.#filled));
      this.#buffer = larger;
    }
    while (this.#filled < size) {
      const count = await this.#conn.read(this.#buffer.subarray(this.#filled));
      if (count === null) throw new Error("the host has gone");
      this.#filled += count;
    }
  }
}
