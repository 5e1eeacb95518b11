// Words for error messages.

/** A value as code shows it. */
export function show(value) {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** A route's path as code shows it. */
export function showPath(path) {
  return show(typeof path === "object" && path !== null ? path.path : path);
}

/** What something is: "an object (Map)". */
export function kind(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "object") return `an object (${value.constructor?.name ?? "Object"})`;
  return typeof value === "string" ? `the text ${show(value.slice(0, 40))}` : `a ${typeof value}`;
}
