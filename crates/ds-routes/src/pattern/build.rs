//! From tokens to one expression.

use super::{
    Problem, encode,
    node::Node,
    script,
    token::{Group, Modifier, Token, Value},
};

/// What ends a part of a path.
const DELIMITER: &str = "[/#?]";
/// What a parameter matches that says nothing else.
const DEFAULT: &str = "[^/#?]";
/// The last characters of a pattern behind which a prefix may end anywhere. The brackets and the
/// backslash are among them because path-to-regexp looks into its own escaped class.
const DELIMITED: &str = "[]\\/#?";

/// The whole expression: `end` says whether it must reach the end of the path.
pub(super) fn build(tokens: &[Token], end: bool) -> Result<Node, Problem> {
    let mut parts = vec![Node::Place(r"\A")];
    for token in tokens {
        parts.push(match token {
            Token::Text(text) => literal(text),
            Token::Group(group) => of_group(group)?,
        });
    }
    let delimiter = || Node::Class(DELIMITER.into());
    if end {
        parts.push(Node::repeat(delimiter(), 0, Some(1), true)?);
        parts.push(Node::Place(r"\z"));
    } else if !is_delimited(tokens) {
        // Nothing is captured after it, so looking ahead is the same as taking it.
        parts.push(Node::Either(vec![delimiter(), Node::Place(r"\z")]));
    }
    Ok(Node::Sequence(parts))
}

/// Whether a prefix match may end right after the pattern, whatever follows.
pub(super) fn is_delimited(tokens: &[Token]) -> bool {
    match tokens.last() {
        None => true,
        Some(Token::Text(text)) => text.ends_with(|char| DELIMITED.contains(char)),
        Some(Token::Group(_)) => false,
    }
}

fn literal(text: &str) -> Node {
    Node::Literal(encode::text(text).into_owned())
}

fn of_group(group: &Group) -> Result<Node, Problem> {
    let (prefix, suffix) = (literal(&group.prefix), literal(&group.suffix));
    let bare = group.prefix.is_empty() && group.suffix.is_empty();
    let capture = |node| Node::Capture(Box::new(node));
    let value = match &group.value {
        Value::None => {
            return modified(Node::Sequence(vec![prefix, suffix]), group.modifier);
        }
        Value::Default => Node::repeat(Node::Class(DEFAULT.into()), 1, None, false)?,
        Value::Custom(regex) => script::parse(regex)?,
    };
    if bare && group.modifier.repeats() {
        return Ok(capture(modified(value, group.modifier)?));
    }
    if bare {
        return modified(capture(value), group.modifier);
    }
    if !group.modifier.repeats() {
        let whole = Node::Sequence(vec![prefix, capture(value), suffix]);
        return modified(whole, group.modifier);
    }
    // The value is everything from the first repetition to the last; it is split later.
    let more = Node::Sequence(vec![suffix.clone(), prefix.clone(), value.clone()]);
    let all = Node::Sequence(vec![value, Node::repeat(more, 0, None, true)?]);
    let whole = Node::Sequence(vec![prefix, capture(all), suffix]);
    let once = if group.modifier.required() {
        Modifier::Once
    } else {
        Modifier::Optional
    };
    modified(whole, once)
}

fn modified(node: Node, modifier: Modifier) -> Result<Node, Problem> {
    match modifier {
        Modifier::Once => Ok(node),
        Modifier::Optional => Node::repeat(node, 0, Some(1), true),
        Modifier::Any => Node::repeat(node, 0, None, true),
        Modifier::Some => Node::repeat(node, 1, None, true),
    }
}
