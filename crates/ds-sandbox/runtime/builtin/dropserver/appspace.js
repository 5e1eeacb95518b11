// The appspace and its members.
import { show } from "./words.js";

const HOST = Symbol.for("dropserver.v1");

/** What the harness offers. */
function host() {
  const found = globalThis[HOST];
  if (found === undefined) {
    throw new Error(
      "Dropserver is not there: this code runs as an app, on a Dropserver host or with ds-dev.",
    );
  }
  return found;
}

class Member {
  constructor({ proxyId, displayName, avatar, permissions, isOwner }) {
    this.id = proxyId;
    this.name = displayName;
    this.avatar = avatar;
    this.permissions = Object.freeze([...permissions]);
    this.isOwner = isOwner;
    Object.freeze(this);
  }

  can(permission) {
    return this.isOwner || this.permissions.includes(permission);
  }
}

/** Everybody who belongs to the appspace. */
export async function getMembers() {
  const users = await host().users.getAll();
  return users.map((user) => new Member(user));
}

/** One member as they are now, or null. */
export async function getMember(id) {
  try {
    return new Member(await host().users.get(String(id)));
  } catch (error) {
    // The host refuses to tell of somebody who is not there; other failures stay failures.
    const found = (await getMembers()).some((member) => member.id === String(id));
    if (found) throw error;
    return null;
  }
}

/** A member as a program that acts for them: with what it was given of their permissions, and never the owner. */
export function within(member, scope) {
  if (member === null) return null;
  const { id: proxyId, name: displayName, avatar } = member;
  return new Member({ proxyId, displayName, avatar, permissions: scope, isOwner: false });
}

let seenOrigin;

/** Remembers by which origin people reach the appspace; only requests tell scheme and port. */
export function sawRequestTo({ origin }) {
  seenOrigin = origin;
}

/** Where this appspace is. */
export const appspace = Object.freeze({
  get address() {
    return host().address;
  },
  get origin() {
    return seenOrigin ?? `https://${host().address}`;
  },
});

const below = (base, path, call) => {
  const names = String(path).split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..") || names.some((name) => name.includes("\0"))) {
    throw new Error(`${call}(${show(path)}) leads out of the directory.`);
  }
  return [base.replace(/\/$/, ""), ...names].join("/");
};

/** Where a file of the app is. */
export const appPath = (path = "") => below(host().paths.app, path, "appPath");

/** Where a file of the appspace is. */
export const filesPath = (path = "") => below(host().paths.files, path, "filesPath");

/** Where a member's picture is. */
export const avatarsPath = (path = "") => below(host().paths.avatars, path, "avatarsPath");
