//! `authors`: who made the app.

use ds_core::manifest::Author;
use email_address::EmailAddress;
use serde_json::Value;

use super::{
    Problem,
    fields::{Fields, shown},
    texts::{http_url, one_line},
};

const FIELD: &str = "authors";

/// The authors. What is wrong in one is left out of it; one without anything is left out.
pub(super) fn authors(fields: &mut Fields<'_>) -> Vec<Author> {
    match fields.raw(FIELD) {
        Value::Null => Vec::new(),
        Value::Array(list) => list
            .iter()
            .map(|value| author(fields, value))
            .filter(|author| *author != Author::default())
            .collect(),
        other => {
            let message = "`authors` is not a list of `{ \"name\", \"email\", \"url\" }`";
            fields.warn(FIELD, Problem::Invalid, &shown(&other), message);
            Vec::new()
        }
    }
}

fn author(fields: &mut Fields<'_>, value: &Value) -> Author {
    let Value::Object(object) = value else {
        let message = "an author is not `{ \"name\", \"email\", \"url\" }`";
        fields.warn(FIELD, Problem::Invalid, &shown(value), message);
        return Author::default();
    };
    let text = |key: &str| {
        let text = object.get(key).and_then(Value::as_str).unwrap_or_default();
        one_line(text)
    };
    let (email, url) = (text("email"), text("url"));
    Author {
        name: text("name"),
        email: checked(fields, email, "this is no mail address", |email| {
            EmailAddress::is_valid(email).then(|| email.to_owned())
        }),
        url: checked(
            fields,
            url,
            "this is no plain web address (https://… or http://…)",
            http_url,
        ),
    }
}

/// The text if it passes, else nothing and a warning.
fn checked(
    fields: &mut Fields<'_>,
    text: String,
    message: &str,
    check: impl Fn(&str) -> Option<String>,
) -> String {
    if text.is_empty() {
        return text;
    }
    check(&text).unwrap_or_else(|| {
        fields.warn(FIELD, Problem::Invalid, &text, message);
        String::new()
    })
}
