//! The modules that come with the host: apps import them by name and get them without a network.
//!
//! App API 0 knows the published versions of `dropserver_app` and `dropserver_lib_support`, app API 1 knows
//! `dropserver`. A module's sources are written as they are: their imports are relative and lead to built-in
//! modules beside them.

use ds_core::ApiVersion;

/// A module that comes with the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// Where it belongs below `run/modules/`.
    pub file: &'static str,
    /// Plain JavaScript.
    pub source: &'static str,
}

/// Type declarations of the `dropserver` module, for editors.
pub const DROPSERVER_TYPES: &str = include_str!("../runtime/builtin/dropserver.d.ts");

const HOST: &str = "https://deno.land/x/";
const LATEST: &str = "dropserver_app@v0.2.2";

macro_rules! builtins {
    ($($file:literal)*) => {
        &[$(Builtin {
            file: $file,
            source: include_str!(concat!("../runtime/builtin/", $file)),
        }),*]
    };
}

/// What `import "dropserver"` gets, and the modules it is made of.
const DROPSERVER: &[Builtin] = builtins! {
    "dropserver/mod.js"
    "dropserver/access.js"
    "dropserver/app.js"
    "dropserver/appspace.js"
    "dropserver/request.js"
    "dropserver/respond.js"
    "dropserver/template.js"
    "dropserver/words.js"
};

/// The libraries of app API 0. `x.ts.js` is what stands for the published `x.ts`; the modules of
/// `dropserver_app@builtin` are what those share.
const LIBRARIES: &[Builtin] = builtins! {
    "deno.land/x/dropserver_app@builtin/app.js"
    "deno.land/x/dropserver_app@builtin/migrations.js"
    "deno.land/x/dropserver_app@builtin/paths.js"
    "deno.land/x/dropserver_app@builtin/routes.js"
    "deno.land/x/dropserver_app@builtin/routes_v0_2_0.js"
    "deno.land/x/dropserver_app@builtin/routes_v0_2_1.js"
    "deno.land/x/dropserver_app@builtin/support.js"
    "deno.land/x/dropserver_app@v0.2.0/approutes.ts.js"
    "deno.land/x/dropserver_app@v0.2.0/getlibsupport.ts.js"
    "deno.land/x/dropserver_app@v0.2.0/migrations.ts.js"
    "deno.land/x/dropserver_app@v0.2.0/mod.ts.js"
    "deno.land/x/dropserver_app@v0.2.0/users.ts.js"
    "deno.land/x/dropserver_app@v0.2.1/approutes.ts.js"
    "deno.land/x/dropserver_app@v0.2.1/getlibsupport.ts.js"
    "deno.land/x/dropserver_app@v0.2.1/migrations.ts.js"
    "deno.land/x/dropserver_app@v0.2.1/mod.ts.js"
    "deno.land/x/dropserver_app@v0.2.1/users.ts.js"
    "deno.land/x/dropserver_app@v0.2.2/approutes.ts.js"
    "deno.land/x/dropserver_app@v0.2.2/getlibsupport.ts.js"
    "deno.land/x/dropserver_app@v0.2.2/migrations.ts.js"
    "deno.land/x/dropserver_app@v0.2.2/mod.ts.js"
    "deno.land/x/dropserver_app@v0.2.2/users.ts.js"
    "deno.land/x/dropserver_lib_support@v0.1.0/mod.ts.js"
    "deno.land/x/dropserver_lib_support@v0.1.1/mod.ts.js"
    "deno.land/x/dropserver_lib_support@v0.2.0/mod.ts.js"
    "deno.land/x/dropserver_lib_support@v0.2.1/mod.ts.js"
};

/// The built-in module that an app of this API gets for a full specifier, if it is one.
#[must_use]
pub fn builtin_module(api: ApiVersion, specifier: &str) -> Option<Builtin> {
    match api {
        ApiVersion::V1 if specifier == "dropserver" => DROPSERVER.first().copied(),
        // Relative imports inside it, resolved against its file.
        ApiVersion::V1 => {
            let file = specifier.strip_prefix("https://")?;
            DROPSERVER
                .iter()
                .copied()
                .find(|module| module.file == file)
        }
        ApiVersion::V0 => {
            let path = library_path(specifier)?;
            LIBRARIES
                .iter()
                .copied()
                .find(|module| stands_for(module, &path))
        }
    }
}

/// A sentence for an app that imports something of ours which its API does not have; `None` for everything
/// that is not ours.
#[must_use]
pub fn builtin_hint(api: ApiVersion, specifier: &str) -> Option<String> {
    if builtin_module(api, specifier).is_some() {
        return None;
    }
    if specifier == "dropserver" {
        return Some(format!(
            "the module `dropserver` belongs to app API 1: put `\"ds-api\": 1` into dropapp.json to use it, \
             or import `{HOST}{LATEST}/mod.ts` to stay with app API 0"
        ));
    }
    let path = library_path(specifier)?;
    let (library, file) = path.split_once('/').unwrap_or((&path, ""));
    let (name, version) = library.split_once('@').unwrap_or((library, ""));
    Some(match api {
        ApiVersion::V1 => format!(
            "`{name}` belongs to app API 0, and dropapp.json says `\"ds-api\": 1`: import `dropserver` \
             instead, or take `ds-api` out of dropapp.json"
        ),
        ApiVersion::V0 if version.starts_with("v0.1.") => format!(
            "{name} {version} cannot run on today's Deno: move the app to {HOST}{LATEST}/mod.ts"
        ),
        ApiVersion::V0 if !versions(name).contains(&version) => format!(
            "{name} {version} is not built in; there are: {}",
            versions(name).join(", ")
        ),
        ApiVersion::V0 => format!("{name} {version} has no module `{file}`"),
    })
}

/// `dropserver_app@v0.2.2/mod.ts` of a specifier of one of our libraries; without a version, the latest.
fn library_path(specifier: &str) -> Option<String> {
    let path = specifier.strip_prefix(HOST)?;
    let (library, file) = path.split_once('/').unwrap_or((path, ""));
    match library.split_once('@').map_or(library, |(name, _)| name) {
        "dropserver_app" if library == "dropserver_app" => Some(format!("{LATEST}/{file}")),
        "dropserver_app" | "dropserver_lib_support" => Some(path.to_owned()),
        _ => None,
    }
}

fn stands_for(module: &Builtin, path: &str) -> bool {
    let file = module.file.strip_prefix("deno.land/x/");
    file.is_some_and(|file| file == path || file.strip_suffix(".js") == Some(path))
}

/// The versions of a library that are built in.
fn versions(name: &str) -> Vec<&'static str> {
    let mut versions: Vec<_> = LIBRARIES
        .iter()
        .filter_map(|module| module.file.split('/').nth(2)?.split_once('@'))
        .filter(|(library, version)| *library == name && *version != "builtin")
        .map(|(_, version)| version)
        .collect();
    versions.dedup();
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_find_their_modules() {
        let app = "deno.land/x/dropserver_app@v0.2";
        let lib = "deno.land/x/dropserver_lib_support";
        for (api, specifier, file) in [
            (
                ApiVersion::V1,
                "dropserver",
                Some("dropserver/mod.js".to_owned()),
            ),
            (ApiVersion::V0, "dropserver", None),
            (
                ApiVersion::V0,
                &format!("https://{app}.0/mod.ts"),
                Some(format!("{app}.0/mod.ts.js")),
            ),
            (
                ApiVersion::V0,
                &format!("https://{app}.2/users.ts"),
                Some(format!("{app}.2/users.ts.js")),
            ),
            (
                ApiVersion::V0,
                "https://deno.land/x/dropserver_app/approutes.ts",
                Some(format!("{app}.2/approutes.ts.js")),
            ),
            (
                ApiVersion::V0,
                "https://deno.land/x/dropserver_app@builtin/app.js",
                Some("deno.land/x/dropserver_app@builtin/app.js".to_owned()),
            ),
            (
                ApiVersion::V0,
                &format!("https://{lib}@v0.1.0/mod.ts"),
                Some(format!("{lib}@v0.1.0/mod.ts.js")),
            ),
            (ApiVersion::V1, &format!("https://{app}.2/mod.ts"), None),
            (ApiVersion::V0, &format!("https://{app}.9/mod.ts"), None),
            (ApiVersion::V0, &format!("https://{app}.2/nothing.ts"), None),
            (
                ApiVersion::V0,
                "https://deno.land/x/dropserver_app@v0.2.2",
                None,
            ),
            (
                ApiVersion::V0,
                "https://deno.land/x/dropserver_application/mod.ts",
                None,
            ),
            (ApiVersion::V0, &format!("http://{app}.2/mod.ts"), None),
            (ApiVersion::V0, "./mod.ts", None),
        ] {
            let found = builtin_module(api, specifier).map(|module| module.file.to_owned());
            assert_eq!(found, file, "{specifier} in API {api}");
        }
    }

    #[test]
    fn relative_imports_lead_to_builtin_modules() {
        let all = [(ApiVersion::V0, LIBRARIES), (ApiVersion::V1, DROPSERVER)];
        for (api, module) in all
            .iter()
            .flat_map(|(api, list)| list.iter().map(|it| (*api, it)))
        {
            let base = format!("https://{}", module.file);
            let folder = &base[..base.rfind('/').unwrap()];
            for line in module
                .source
                .lines()
                .filter(|line| line.contains(" from \""))
            {
                let to = line.split('"').nth(1).unwrap();
                let target = match to.strip_prefix("../") {
                    Some(rest) => format!("{}/{rest}", &folder[..folder.rfind('/').unwrap()]),
                    None => format!("{folder}/{}", to.strip_prefix("./").unwrap()),
                };
                assert!(builtin_module(api, &target).is_some(), "{base}: {to}");
            }
        }
    }

    #[test]
    fn what_an_api_does_not_have_is_explained() {
        let at = |rest: &str| format!("{HOST}{rest}");
        for (api, specifier, says) in [
            (
                ApiVersion::V0,
                "dropserver".to_owned(),
                Some("\"ds-api\": 1"),
            ),
            (
                ApiVersion::V1,
                at("dropserver_app@v0.2.2/mod.ts"),
                Some("import `dropserver`"),
            ),
            (
                ApiVersion::V1,
                at("dropserver_app/mod.ts"),
                Some("import `dropserver`"),
            ),
            (
                ApiVersion::V0,
                at("dropserver_app@v0.1.1/mod.ts"),
                Some("cannot run"),
            ),
            (
                ApiVersion::V0,
                at("dropserver_app@v0.3.0/mod.ts"),
                Some("v0.2.0, v0.2.1, v0.2.2"),
            ),
            (
                ApiVersion::V0,
                at("dropserver_app@v0.2.2/x.ts"),
                Some("no module `x.ts`"),
            ),
            (ApiVersion::V0, at("dropserver_app@v0.2.2/mod.ts"), None),
            (ApiVersion::V1, "dropserver".to_owned(), None),
            (ApiVersion::V0, at("sqlite@v3.9.1/mod.ts"), None),
        ] {
            let hint = builtin_hint(api, &specifier);
            match says {
                None => assert_eq!(hint, None, "{specifier}"),
                Some(part) => assert!(
                    hint.as_ref().is_some_and(|hint| hint.contains(part)),
                    "{specifier}: {hint:?}"
                ),
            }
        }
    }
}
