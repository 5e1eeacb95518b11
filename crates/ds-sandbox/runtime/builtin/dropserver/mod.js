// `dropserver`: the module that apps of app API 1 import. Its types are in dropserver.d.ts.
//
// The harness offers the host's side at `globalThis[Symbol.for("dropserver.v1")]` and reads what the app
// declared from `app[Symbol.for("dropserver.app")]`, once, after the app's main module ran.

export { can, everyone, members } from "./access.js";
export { createApp } from "./app.js";
export { appPath, appspace, avatarsPath, filesPath, getMember, getMembers } from "./appspace.js";
export { html, json, notFound, redirect, text } from "./respond.js";
export { raw } from "./template.js";
