//! The harness's part on the control channel: frames of a length (u32, big endian) and that many bytes of JSON.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    os::unix::net::{UnixListener, UnixStream},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use serde_json::{Value, json};

use crate::{early::Early, listing, serve, steps};

/// The host's other end.
#[derive(Clone)]
pub(crate) struct Control(Arc<Mutex<UnixStream>>);

/// What this process is there for.
pub(crate) struct Task {
    /// What to try; empty for a harmless app.
    pub(crate) attempt: String,
    /// Where things outside are.
    pub(crate) targets: Value,
    /// The paths that the app is told of.
    pub(crate) paths: Value,
    pub(crate) early: Early,
    pub(crate) control: Control,
}

/// Serves until the host says stop.
pub(crate) fn play(control: &str, requests: &str, early: &Early) -> ExitCode {
    match try_to_play(control, requests, early) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            crate::report::print(&format!("the probe failed: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

fn try_to_play(control: &str, requests: &str, early: &Early) -> io::Result<()> {
    let listener = UnixListener::bind(requests)?;
    let mut stream = UnixStream::connect(control)?;
    let control = Control(Arc::new(Mutex::new(stream.try_clone()?)));
    control.send(&json!({"type": "listening"}))?;
    let assigned = read(&mut stream)?;
    let paths = assigned["paths"].clone();
    let file = |name: &str| {
        let app = paths["app"].as_str().unwrap_or_default();
        fs::read_to_string(format!("{app}/{name}")).ok()
    };
    let targets = file("targets.json").and_then(|text| serde_json::from_str(&text).ok());
    let task = Arc::new(Task {
        attempt: file("attempt.txt").unwrap_or_default(),
        targets: targets.unwrap_or_default(),
        paths,
        early: early.clone(),
        control: control.clone(),
    });
    control.send(&json!({"type": "ready"}))?;
    let serving = Arc::clone(&task);
    thread::spawn(move || serve::serve(&listener, &serving));
    loop {
        let frame = read(&mut stream)?;
        match frame["type"].as_str() {
            Some("learn") => control.answer(&frame, &listing::of(&task.attempt))?,
            Some("stop") => return Ok(()),
            Some("ping" | "migrate") if !steps::is_silent(&task.attempt) => {
                control.answer(&frame, &Value::Null)?;
            }
            _ => {}
        }
    }
}

impl Control {
    /// Sends a frame.
    pub(crate) fn send(&self, frame: &Value) -> io::Result<()> {
        let text = frame.to_string();
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.send_bytes(&[&length.to_be_bytes()[..], text.as_bytes()].concat())
    }

    /// Sends anything.
    pub(crate) fn send_bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stream.write_all(bytes)
    }

    /// The connection itself.
    pub(crate) fn stream(&self) -> io::Result<UnixStream> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .try_clone()
    }

    fn answer(&self, frame: &Value, value: &Value) -> io::Result<()> {
        self.send(&json!({"type": "answer", "id": frame["id"], "value": value}))
    }
}

fn read(stream: &mut UnixStream) -> io::Result<Value> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut text = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}
