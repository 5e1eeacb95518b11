// Paths and URLs.

/** The `file:` URL of an absolute path. */
export function fileUrl(path) {
  const url = new URL("file:///");
  url.pathname = path.replace(/[%?#\\]/g, encodeURIComponent);
  return url.href;
}
