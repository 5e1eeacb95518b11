//! API keys, secret links and programs, in words and tables.

use super::table;
use crate::control::wire::Key;

/// One that was made is all there is on the first line; one that was removed is a sentence.
pub(super) fn key(key: &Key) -> String {
    let Some(secret) = &key.secret else {
        return format!("The {} {} opens nothing any more.\n", key.kind, key.name);
    };
    let until = match &key.expires {
        Some(time) => format!("until {time}"),
        None => "until it is removed".to_owned(),
    };
    let use_ = match key.kind.as_str() {
        "link" => "Whoever opens this link is a member".to_owned(),
        _ => "Programs send it as `Authorization: Bearer …`; whoever has it is a member".to_owned(),
    };
    format!(
        "{}\n\nThis is shown this once. {use_}, {until}.\n",
        secret.0
    )
}

pub(super) fn list(keys: &[Key]) -> String {
    let or = |time: &Option<String>, else_: &str| time.clone().unwrap_or_else(|| else_.to_owned());
    let rows = keys.iter().map(|one| {
        let of = one.acts_for.as_ref();
        let name = of.map_or_else(|| one.name.clone(), |of| format!("{} for {of}", one.name));
        vec![
            one.id.clone(),
            one.kind.clone(),
            name,
            one.permissions.join(" "),
            or(&one.expires, "never"),
            or(&one.last_used, "never"),
        ]
    });
    let head = ["ID", "KIND", "NAME", "MAY", "ENDS", "LAST USED"];
    table(&head, rows, "There are no keys, links or programs.\n")
}
