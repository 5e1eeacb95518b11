// What the host offers to apps of app API 0: the object at `globalThis.DROPSERVER`.

/** The host's side of the app API; throws where there is none. */
export default function mustGetLibSupport() {
  const support = globalThis.DROPSERVER;
  if (support === undefined) {
    throw new Error(
      "Dropserver is not there: this code runs as an app on a Dropserver host, not by itself.",
    );
  }
  return support;
}
