// Whom routes are for.
import { show } from "./words.js";

const ACCESS = Symbol("access");

/** The rule that an access stands for; `undefined` for anything else. */
export const ruleOf = (access) => access?.[ACCESS];

function access(auth, text) {
  return Object.freeze({ [ACCESS]: Object.freeze(auth), toString: () => text });
}

/** Everybody, logged in or not. */
export const everyone = access({ allow: "public" }, "everyone");

/** Everybody who belongs to the appspace. */
export const members = access({ allow: "authorized" }, "members");

/** Members who hold this permission. */
export function can(permission) {
  checkPermissionName(permission, `can(${show(permission)})`);
  return access({ allow: "authorized", permission }, `can(${show(permission)})`);
}

/** Throws if this is not the name of a permission. */
export function checkPermissionName(name, where) {
  if (typeof name !== "string" || !/^[A-Za-z0-9_.:-]{1,64}$/.test(name)) {
    throw new TypeError(
      `${where}: a permission's name is 1 to 64 letters, digits, "-", "_", "." or ":".`,
    );
  }
}
