// HTML templates that escape what is put in, as the place in the HTML demands.
import { kind, show } from "./words.js";

/** A piece of HTML that is safe as it is. */
export class SafeHtml {
  #html;
  constructor(html) {
    this.#html = html;
  }
  toString() {
    return this.#html;
  }
}

/** Takes a text for HTML as it is. For what you made yourself; never for what people sent. */
export function raw(text) {
  return new SafeHtml(String(text));
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text) => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]);
const URL_ATTRIBUTES = ["href", "src", "action", "formaction", "poster", "data"];
const placesOf = new WeakMap();

/** The text of a template with its values put in. */
export function fill(template, values) {
  let places = placesOf.get(template);
  if (places === undefined) placesOf.set(template, places = findPlaces(template));
  let out = template[0];
  for (const [index, value] of values.entries()) {
    out += places[index](value) + template[index + 1];
  }
  return out;
}

/** What each hole of a template does with its value: it depends on where in the HTML it is. */
function findPlaces(template) {
  let at = { in: "text" };
  return template.slice(0, -1).map((part) => {
    for (const sign of part) at = READ[at.in](at, sign);
    const place = placeAt(at);
    if (at.in === "quoted") at = { ...at, started: true };
    return place;
  });
}

// Where a sign of HTML leads from where it stands:
//
//   text -<-> open -space-> tag -=-> value -"-> quoted -"-> tag          tag ->-> text
//     ^        |             ^         |                                  or, after <script> and <style>, code
//     |        +--- !-- ---> comment   +-any-> bare -space-> tag
//     +----------- --> ------+
const READ = {
  text: (at, sign) => (sign === "<" ? { in: "open", tag: "" } : at),
  open: (at, sign) => {
    if (at.tag === "" && !/[a-z/!]/i.test(sign)) return READ.text({ in: "text" }, sign);
    if (at.tag === "!-" && sign === "-") return { in: "comment", tail: "" };
    if (/[\s>]/.test(sign) || (sign === "/" && at.tag !== "")) {
      return READ.tag({ in: "tag", tag: at.tag, name: "" }, sign);
    }
    return { in: "open", tag: at.tag + sign.toLowerCase() };
  },
  tag: (at, sign) => {
    if (sign === ">") return afterTag(at.tag);
    if (sign === "=") return { ...at, in: "value" };
    if (/[\s/]/.test(sign)) return { ...at, ended: true };
    return { in: "tag", tag: at.tag, name: (at.ended ? "" : at.name) + sign.toLowerCase() };
  },
  value: (at, sign) => {
    if (sign === ">") return afterTag(at.tag);
    if (/\s/.test(sign)) return at;
    return /["']/.test(sign) ? { ...at, in: "quoted", quote: sign } : { ...at, in: "bare" };
  },
  bare: (at, sign) => {
    if (sign === ">") return afterTag(at.tag);
    return /\s/.test(sign) ? { in: "tag", tag: at.tag, name: "", ended: true } : at;
  },
  quoted: (at, sign) => {
    if (sign === at.quote) return { in: "tag", tag: at.tag, name: "", ended: true };
    return at.started ? at : { ...at, started: true };
  },
  comment: (at, sign) => {
    const tail = (at.tail + sign).slice(-3);
    return tail === "-->" ? { in: "text" } : { in: "comment", tail };
  },
  code: (at, sign) => {
    const end = `</${at.tag}`;
    const tail = (at.tail + sign.toLowerCase()).slice(-end.length);
    return tail === end ? { in: "tag", tag: end, name: "" } : { ...at, tail };
  },
};

function afterTag(tag) {
  return ["script", "style"].includes(tag) ? { in: "code", tag, tail: "" } : { in: "text" };
}

function placeAt(at) {
  const unsafe = (what) => {
    throw new Error(`html\`…\`: ${what}.`);
  };
  switch (at.in) {
    case "text":
      return put;
    case "open":
      return unsafe("the name of an element cannot be put in");
    case "comment":
      return unsafe("nothing can be put into a comment safely");
    case "code":
      return unsafe(
        `nothing can be put into <${at.tag}> safely: put data into an attribute such as ` +
          "data-value, and read it from a script file",
      );
    case "value":
    case "bare":
      return unsafe(`put quotes around the value: ${at.name}="\${…}"`);
    case "tag":
      return at.ended ? putAttribute : unsafe("put a space before what is put into a tag");
  }
  if (at.name === "" || at.name.startsWith("on") || ["style", "srcdoc"].includes(at.name)) {
    unsafe(`nothing can be put into the attribute ${at.name || "with no name"} safely`);
  }
  return !at.started && URL_ATTRIBUTES.includes(at.name) ? putUrl : put;
}

function put(value) {
  if (value instanceof SafeHtml) return value.toString();
  if (value === null || value === undefined || typeof value === "boolean") return "";
  if (Array.isArray(value)) return value.map(put).join("");
  if (typeof value === "object" && !(value instanceof URL || value instanceof Date)) {
    const hint = value instanceof Promise ? ": await it first" : "";
    throw new TypeError(`html\`…\` cannot show ${kind(value)}${hint}.`);
  }
  if (typeof value === "function" || typeof value === "symbol") {
    throw new TypeError(`html\`…\` cannot show ${kind(value)}.`);
  }
  return escape(String(value));
}

/** An address; one that would run as a script when followed is put as `#`. */
function putUrl(value) {
  const url = put(value);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url.replace(/[^!-~]/g, ""))?.[1];
  const known = ["http", "https", "mailto", "tel", "blob"];
  return scheme === undefined || known.includes(scheme.toLowerCase()) ? url : "#";
}

/** A whole attribute: the name of one without a value (`checked`), a fragment, or nothing. */
function putAttribute(value) {
  if (typeof value === "string" && /^(?!on)[a-z][a-z-]*$/.test(value)) return value;
  if (typeof value === "string" && value !== "") {
    throw new TypeError(`html\`…\`: ${show(value)} is not the name of an attribute.`);
  }
  return put(value);
}
