//! What kind of file it is, by its name, and what browsers may do with it.

use http::HeaderValue;

/// The kind of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind(&'static str);

impl Kind {
    /// By the extension of its name.
    pub(super) fn of(path: &str) -> Self {
        let known = mime_guess::from_path(path).first_raw();
        Self(known.unwrap_or("application/octet-stream"))
    }

    /// The `Content-Type`. Text is taken to be UTF-8.
    pub(super) fn content_type(self) -> HeaderValue {
        let is_text = self.0.starts_with("text/") || self.0 == "application/javascript";
        let text = if is_text {
            format!("{}; charset=utf-8", self.0)
        } else {
            self.0.to_owned()
        };
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
    }

    /// Whether a browser that opens such a file as a page runs nothing in it.
    ///
    /// Files in `@appspace/` and `@avatars/` may be anybody's uploads, and they are at the app's own
    /// origin: a page or drawing with a script in it would act as the member who looks at it. So
    /// everything from there is sent with `Content-Security-Policy: sandbox` unless it is of a kind known
    /// to be inert: opened as a page it then has an origin of its own and no scripts. Shown by the app
    /// itself, as an `<img>` or with `fetch`, such files work as ever. Apps' own files (`@app/`) are as
    /// trusted as the app.
    pub(super) fn is_inert(self) -> bool {
        const INERT: [&str; 9] = [
            "text/plain",
            "text/css",
            "text/csv",
            "text/markdown",
            "application/json",
            "application/octet-stream",
            // Shown by a viewer that keeps to itself, and that a sandbox would stop.
            "application/pdf",
            "application/zip",
            "application/wasm",
        ];
        let media = ["image/", "audio/", "video/", "font/"];
        let is_media = media.iter().any(|kind| self.0.starts_with(kind));
        INERT.contains(&self.0) || (is_media && !self.0.ends_with("xml"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_dangers() {
        let check = |path: &str, content_type: &str, inert: bool| {
            let kind = Kind::of(path);
            assert_eq!(kind.content_type(), content_type, "{path}");
            assert_eq!(kind.is_inert(), inert, "{path}");
        };
        check("a/index.html", "text/html; charset=utf-8", false);
        check("a.XHTML", "application/xhtml+xml", false);
        check("a.svg", "image/svg+xml", false);
        check("a.xml", "text/xml; charset=utf-8", false);
        check("a.js", "text/javascript; charset=utf-8", false);
        check("a.css", "text/css; charset=utf-8", true);
        check("a.txt", "text/plain; charset=utf-8", true);
        check("a.png", "image/png", true);
        check("a.mp4", "video/mp4", true);
        check("a.woff2", "font/woff2", true);
        check("a.json", "application/json", true);
        check("a.pdf", "application/pdf", true);
        check("a.wasm", "application/wasm", true);
        check("a.unheard-of", "application/octet-stream", true);
        check("a.html/plain", "application/octet-stream", true);
    }
}
