//! The control channel, as no harness speaks it.

use std::{thread, time::Duration};

use serde_json::json;

use super::Steps;
use crate::{control::Task, report::Went};

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    (
        "huge-frame",
        &[("send", |task| bytes(task, &u32::MAX.to_be_bytes()))],
    ),
    (
        "long-frame",
        &[("send", |task| {
            // As long as is allowed, and one more.
            let length = (4u32 << 20) + 1;
            let mut frame = length.to_be_bytes().to_vec();
            frame.resize(length as usize + 4, b' ');
            bytes(task, &frame)
        })],
    ),
    (
        "deep-frame",
        &[("send", |task| {
            let deep = format!(
                r#"{{"type":"answer","id":1,"value":{}}}"#,
                "[".repeat(2 << 20)
            );
            frame(task, &deep)
        })],
    ),
    (
        "no-json",
        &[("send", |task| frame(task, "\u{1}\u{2}not json"))],
    ),
    (
        "unknown-frame",
        &[("send", |task| frame(task, r#"{"type":"assign","run":"/"}"#))],
    ),
    (
        "wrong-answers",
        &[("send", |task| {
            for id in [0, 1, 2, 3, u64::MAX] {
                frame(
                    task,
                    &format!(r#"{{"type":"answer","id":{id},"value":{{"routes":[]}}}}"#),
                )?;
            }
            Ok(String::new())
        })],
    ),
    (
        "ready-again",
        &[("send", |task| {
            for frame_type in ["ready", "listening", "failed"] {
                let text = json!({"type": frame_type, "message": "x".repeat(1 << 20)}).to_string();
                frame(task, &text)?;
            }
            Ok(String::new())
        })],
    ),
    ("flood", &[("send", flood)]),
    (
        "silence",
        &[("wait", |_| {
            thread::sleep(Duration::from_mins(2));
            Ok(String::new())
        })],
    ),
    (
        "half-frame",
        &[("send", |task| {
            bytes(task, &[0, 0, 1, 0, b'{'])?;
            thread::sleep(Duration::from_secs(1));
            Ok(String::new())
        })],
    ),
];

/// Questions, faster than they are answered, whose answers nobody reads.
fn flood(task: &Task) -> Went {
    for id in 0..200_000 {
        frame(task, &format!(r#"{{"type":"users","id":{id}}}"#))?;
    }
    Ok(String::new())
}

fn frame(task: &Task, text: &str) -> Went {
    let length = u32::try_from(text.len()).unwrap_or_default();
    bytes(task, &[&length.to_be_bytes()[..], text.as_bytes()].concat())
}

fn bytes(task: &Task, bytes: &[u8]) -> Went {
    task.control.send_bytes(bytes)?;
    Ok(bytes.len().to_string())
}
