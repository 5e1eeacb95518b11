//! What kind of text or data a module is.

/// Kinds of module, by file name or content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Media {
    /// JavaScript; runs as it is.
    JavaScript,
    /// JavaScript with JSX.
    Jsx,
    /// TypeScript.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    /// Declarations only: nothing to run.
    Declaration,
    /// JSON.
    Json,
    /// Everything else, also `CommonJS` and WebAssembly: never parsed.
    Other,
}

impl Media {
    /// By the ending of a file name or URL path.
    pub(super) fn of_path(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let is_declaration = [".d.ts", ".d.mts", ".d.cts"]
            .iter()
            .any(|end| name.ends_with(end));
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            _ if is_declaration => Self::Declaration,
            Some("js" | "mjs") => Self::JavaScript,
            Some("jsx") => Self::Jsx,
            Some("ts" | "mts") => Self::TypeScript,
            Some("tsx") => Self::Tsx,
            Some("json") => Self::Json,
            _ => Self::Other,
        }
    }

    /// Of something fetched: the content type says it unless it says nothing, then the path does; an address
    /// without an ending is JavaScript.
    pub(super) fn of_remote(path: &str, content_type: Option<&str>) -> Self {
        let by_path = match Self::of_path(path) {
            Self::Other if !has_ending(path) => Self::JavaScript,
            other => other,
        };
        let essence = content_type
            .unwrap_or("")
            .split(';')
            .next()
            .unwrap_or("")
            .trim();
        match essence.to_ascii_lowercase().as_str() {
            "application/typescript"
            | "text/typescript"
            | "application/x-typescript"
            | "video/vnd.dlna.mpeg-tts"
            | "video/mp2t" => match by_path {
                Self::Declaration | Self::Tsx => by_path,
                _ => Self::TypeScript,
            },
            "application/javascript"
            | "text/javascript"
            | "application/ecmascript"
            | "text/ecmascript"
            | "application/x-javascript"
            | "application/node" => match by_path {
                Self::Jsx => by_path,
                _ => Self::JavaScript,
            },
            "text/jsx" => Self::Jsx,
            "text/tsx" => Self::Tsx,
            "application/json" | "text/json" => Self::Json,
            "application/wasm" => Self::Other,
            _ => by_path,
        }
    }

    /// The file ending that says it, if one does.
    pub(super) fn ending(self) -> Option<&'static str> {
        match self {
            Self::JavaScript => Some("js"),
            Self::Jsx => Some("jsx"),
            Self::TypeScript => Some("ts"),
            Self::Tsx => Some("tsx"),
            Self::Json => Some("json"),
            Self::Declaration | Self::Other => None,
        }
    }

    /// Whether it is parsed and its imports followed.
    pub(super) fn is_script(self) -> bool {
        matches!(
            self,
            Self::JavaScript | Self::Jsx | Self::TypeScript | Self::Tsx
        )
    }

    /// Whether a browser-like engine cannot run it as it is.
    pub(super) fn needs_compiling(self) -> bool {
        self.is_script() && self != Self::JavaScript
    }
}

fn has_ending(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    // `preact@10.19.2` ends in a version, not in a file ending.
    name.rsplit_once('.').is_some_and(|(_, ending)| {
        !ending.is_empty()
            && ending.bytes().all(|b| b.is_ascii_alphanumeric())
            && ending.bytes().any(|b| b.is_ascii_alphabetic())
    }) && !name.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_follow_type_then_name() {
        for (path, content_type, expect) in [
            ("/mod.ts", None, Media::TypeScript),
            (
                "/mod.ts",
                Some("application/javascript; charset=utf-8"),
                Media::JavaScript,
            ),
            ("/mod", Some("application/typescript"), Media::TypeScript),
            (
                "/types.d.ts",
                Some("application/typescript"),
                Media::Declaration,
            ),
            ("/mod.tsx", Some("video/mp2t"), Media::Tsx),
            ("/mod.ts", Some("text/plain"), Media::TypeScript),
            ("/preact@10.19.2", None, Media::JavaScript),
            ("/preact", None, Media::JavaScript),
            ("/data.json", None, Media::Json),
            ("/x.wasm", Some("application/wasm"), Media::Other),
            ("/x.cjs", None, Media::Other),
            ("/a.MJS", None, Media::JavaScript),
        ] {
            assert_eq!(
                Media::of_remote(path, content_type),
                expect,
                "{path} {content_type:?}"
            );
        }
    }
}
