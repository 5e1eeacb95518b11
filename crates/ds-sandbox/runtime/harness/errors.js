// Errors, as people read them.

const MAX_MESSAGE = 4000;
const MAX_STACK_LINES = 6;
/** Where our own modules and Deno's are: of no interest to people who read what their app did. */
const NOT_THEIRS = [new URL("./", import.meta.url).href, "(ext:"];

/**
 * An error with its name, message and first stack lines. Paths inside the app's directory (`describe.base`)
 * are shown relative to it.
 */
export function describe(error) {
  const text = isError(error) ? withStack(error) : asText(error);
  const relative = describe.base ? text.replaceAll(describe.base, "") : text;
  return relative.slice(0, MAX_MESSAGE);
}

/** `error.toString()`, whatever it is and whatever that does. */
export function asText(error) {
  try {
    return String(error).slice(0, MAX_MESSAGE);
  } catch {
    return "something that cannot be shown was thrown";
  }
}

/** As `asText`, without the directories of this host (`forVisitors.hidden`), which are nobody's business. */
export function forVisitors(error) {
  return forVisitors.hidden.reduce((text, dir) => text.replaceAll(dir + "/", "").replaceAll(dir, "."), asText(error));
}
forVisitors.hidden = [];

/** Logs what nobody caught instead of ending the process, and tells `listener`. */
export function reportUncaught(listener) {
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    console.error("unhandled rejection:", event.reason);
    listener(event.reason);
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    console.error("uncaught error:", event.error);
    listener(event.error);
  });
}

function isError(error) {
  return error instanceof Error;
}

function withStack(error) {
  const head = asText(error);
  let lines = [];
  try {
    // The stack begins with the message, which may have lines of its own.
    const stack = String(error.stack).split("\n");
    lines = stack.filter((line) => /^\s+at /.test(line) && !NOT_THEIRS.some((it) => line.includes(it)));
  } catch {
    // It has none that can be read.
  }
  return [head, ...lines.slice(0, MAX_STACK_LINES)].join("\n");
}
