// Joining two paths, so that apps start without a path library.

/** `base` and `part` as one path with `.`, `..` and doubled slashes resolved. */
export function join(base, part) {
  for (const path of [base, part]) {
    if (typeof path !== "string") {
      throw new TypeError(`Path must be a string, received ${path === null ? null : typeof path}`);
    }
  }
  const path = [base, part].filter((one) => one !== "").join("/");
  if (path === "") return ".";
  const absolute = path.startsWith("/");
  const kept = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") kept.push(name);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!absolute) kept.push(name);
  }
  const joined = (absolute ? "/" : "") + (kept.join("/") || (absolute ? "" : "."));
  return path.endsWith("/") && !joined.endsWith("/") ? `${joined}/` : joined;
}
