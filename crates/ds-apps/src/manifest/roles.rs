//! `roles`: permissions that the app suggests to grant together.

use std::collections::BTreeSet;

use ds_core::{
    Manifest, Permission,
    manifest::{DeclaredPermission, DeclaredRole},
};
use serde_json::{Map, Value};

use super::{
    Problem, Warning,
    fields::{Fields, shown},
};

const FIELD: &str = "roles";
const MOST: usize = 20;
const KEY_CHARS: usize = 30;
const NAME_CHARS: usize = 30;
const DESCRIPTION_CHARS: usize = 200;

/// The roles. What is none is left out.
pub(super) fn roles(fields: &mut Fields<'_>) -> Vec<DeclaredRole> {
    let list = match fields.raw(FIELD) {
        Value::Null => return Vec::new(),
        Value::Array(list) => list,
        other => {
            let message = "`roles` is not a list, like `[{ \"key\": \"editor\", \"name\": \"Editor\", \"permissions\": [\"edit\"] }]`";
            fields.warn(FIELD, Problem::Invalid, &shown(&other), message);
            return Vec::new();
        }
    };
    let mut roles: Vec<DeclaredRole> = Vec::new();
    for value in &list {
        if roles.len() == MOST {
            let message = format!("`roles` has more than {MOST} roles; the others are left out");
            fields.warn(FIELD, Problem::Big, "", message);
            break;
        }
        match role(value) {
            Ok(role) if roles.iter().any(|other| other.key == role.key) => {
                let message = "a role's `key` is there twice; the first counts";
                fields.warn(FIELD, Problem::Invalid, &role.key, message);
            }
            Ok(role) => roles.push(role),
            Err(message) => fields.warn(FIELD, Problem::Invalid, &shown(value), message),
        }
    }
    roles
}

fn role(value: &Value) -> Result<DeclaredRole, String> {
    let object = value
        .as_object()
        .ok_or("a role is `{ \"key\": …, \"name\": …, \"permissions\": […] }`")?;
    let key = text(object, "key")?;
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !(1..=KEY_CHARS).contains(&key.len()) || !key.bytes().all(plain) {
        return Err(format!(
            "a role's `key` has 1 to {KEY_CHARS} of `a` to `z`, `0` to `9` and `-`"
        ));
    }
    let name = text(object, "name")?;
    if name.is_empty() || name.chars().count() > NAME_CHARS {
        return Err(format!("a role's `name` has 1 to {NAME_CHARS} characters"));
    }
    let description = text(object, "description")?;
    Ok(DeclaredRole {
        key: key.to_owned(),
        name: name.to_owned(),
        description: description.chars().take(DESCRIPTION_CHARS).collect(),
        permissions: permissions(object)?,
    })
}

fn text<'o>(object: &'o Map<String, Value>, field: &str) -> Result<&'o str, String> {
    match object.get(field) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) if !text.chars().any(char::is_control) => Ok(text.trim()),
        Some(_) => Err(format!("a role's `{field}` is not a text on one line")),
    }
}

fn permissions(object: &Map<String, Value>) -> Result<BTreeSet<Permission>, String> {
    let list = match object.get("permissions") {
        None | Some(Value::Null) => return Ok(BTreeSet::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err("a role's `permissions` are not a list of names".to_owned()),
    };
    let read = |value: &Value| {
        let name = value
            .as_str()
            .ok_or("a role's `permissions` are not a list of names")?;
        name.parse::<Permission>()
            .map_err(|error| error.to_string())
    };
    list.iter().map(read).collect()
}

/// Leaves out what the app does not know: nobody could need it.
pub(super) fn only_known(manifest: &mut Manifest, warnings: &mut Vec<Warning>) {
    let known = |permission: &Permission, all: &[DeclaredPermission]| {
        all.iter().any(|one| one.name == *permission)
    };
    let all = &manifest.permissions;
    for role in &mut manifest.roles {
        role.permissions.retain(|permission| {
            let is_known = known(permission, all);
            if !is_known {
                let message = format!(
                    "the role `{}` has a permission that the app does not know; it is left out",
                    role.key
                );
                let problem = Problem::NotFound;
                warnings.push(Warning::new(FIELD, problem, permission.as_str(), message));
            }
            is_known
        });
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn check(roles: &Value, expect: &[&str], warned: &[Problem]) {
        let Value::Object(object) = json!({ "roles": roles }) else {
            unreachable!("an object is one");
        };
        let mut fields = Fields::new(object, Path::new("/"));
        let read = super::roles(&mut fields);
        let shown = |role: &DeclaredRole| {
            let permissions: Vec<_> = role.permissions.iter().map(Permission::as_str).collect();
            format!("{}={}:{}", role.key, role.name, permissions.join(","))
        };
        let got: Vec<String> = read.iter().map(shown).collect();
        assert_eq!(got, expect, "{roles}");
        let problems: Vec<_> = fields.into_warnings().iter().map(|w| w.problem).collect();
        assert_eq!(problems, warned, "{roles}");
    }

    #[test]
    fn lists() {
        use Problem::{Big, Invalid};
        check(&json!(null), &[], &[]);
        check(&json!([]), &[], &[]);
        check(&json!("editor"), &[], &[Invalid]);
        check(
            &json!([
                { "key": "reader", "name": "Reader" },
                { "key": "editor", "name": " Editor ", "description": "Writes", "permissions": ["write", "edit"] },
            ]),
            &["reader=Reader:", "editor=Editor:edit,write"],
            &[],
        );
        let one = |key: &str, name: Value, permissions: Value| json!([{ "key": key, "name": name, "permissions": permissions }]);
        check(&one("", json!("A"), json!([])), &[], &[Invalid]);
        check(&one("Editor", json!("A"), json!([])), &[], &[Invalid]);
        check(
            &one(&"k".repeat(31), json!("A"), json!([])),
            &[],
            &[Invalid],
        );
        check(&one("a", json!(""), json!([])), &[], &[Invalid]);
        check(&one("a", json!(7), json!([])), &[], &[Invalid]);
        check(&one("a", json!("x\ny"), json!([])), &[], &[Invalid]);
        check(&one("a", json!("x".repeat(31)), json!([])), &[], &[Invalid]);
        check(&one("a", json!("A"), json!("edit")), &[], &[Invalid]);
        check(&one("a", json!("A"), json!([1])), &[], &[Invalid]);
        check(&one("a", json!("A"), json!(["no good"])), &[], &[Invalid]);
        check(&json!(["a"]), &[], &[Invalid]);
        let twice = json!([{ "key": "a", "name": "A" }, { "key": "a", "name": "B" }]);
        check(&twice, &["a=A:"], &[Invalid]);
        let many: Vec<Value> = (0..25)
            .map(|n| json!({ "key": format!("r{n}"), "name": "R" }))
            .collect();
        let kept: Vec<String> = (0..20).map(|n| format!("r{n}=R:")).collect();
        let kept: Vec<&str> = kept.iter().map(String::as_str).collect();
        check(&json!(many), &kept, &[Big]);
    }

    #[test]
    fn what_the_app_does_not_know_is_left_out() {
        let manifest = json!({
            "version": "1.0.0",
            "entrypoint": "app.ts",
            "permissions": [{ "name": "edit" }],
            "roles": [{ "key": "a", "name": "A", "permissions": ["edit", "fly"] }],
        });
        let mut manifest: Manifest = serde_json::from_value(manifest).unwrap();
        let mut warnings = Vec::new();
        only_known(&mut manifest, &mut warnings);
        let left: Vec<_> = manifest.roles[0].permissions.iter().collect();
        assert_eq!(left, [&"edit".parse::<Permission>().unwrap()]);
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].bad_value, "fly");
    }
}
