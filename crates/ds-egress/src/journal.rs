//! What the owner is told in the appspace's log, however often it happens.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The same line is not repeated within this time.
const QUIET: Duration = Duration::from_mins(1);
/// Lines that may come at once.
const BURST: u32 = 30;
/// Afterwards one may come in this time.
const REFILL: Duration = Duration::from_secs(4);
/// A line is at most this long, in characters.
const LONGEST: usize = 400;

/// Adds lines to an appspace's log, few enough that no flood fills it.
pub(crate) struct Journal {
    log: Arc<dyn Fn(&str) + Send + Sync>,
    throttle: Mutex<Throttle>,
}

impl Journal {
    pub(crate) fn new(log: Arc<dyn Fn(&str) + Send + Sync>) -> Self {
        Self {
            log,
            throttle: Mutex::new(Throttle::new(Instant::now())),
        }
    }

    /// Something was refused: what, and why.
    pub(crate) fn refused(&self, what: &str, why: &str) {
        self.note(&format!("egress refused: {what} ({why})"));
    }

    /// Something was allowed and did not work: what, and why.
    pub(crate) fn failed(&self, what: &str, why: &str) {
        self.note(&format!("egress failed: {what} ({why})"));
    }

    fn note(&self, line: &str) {
        let line = line.chars().take(LONGEST);
        let line: String = line.map(|c| if c.is_control() { '?' } else { c }).collect();
        let mut throttle = self.throttle.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = throttle.admit(line, Instant::now());
        drop(throttle);
        for line in lines {
            (self.log)(&line);
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let throttle = self.throttle.get_mut();
        for line in throttle.unwrap_or_else(PoisonError::into_inner).rest() {
            (self.log)(&line);
        }
    }
}

/// Decides which lines are written.
struct Throttle {
    /// Lines written within [`QUIET`], and how often they came again. There are never more than tokens allowed.
    recent: HashMap<String, Repeated>,
    tokens: u32,
    refilled: Instant,
    /// Lines for which there was no token.
    left_out: u64,
}

struct Repeated {
    since: Instant,
    times: u64,
}

impl Throttle {
    fn new(now: Instant) -> Self {
        Self {
            recent: HashMap::new(),
            tokens: BURST,
            refilled: now,
            left_out: 0,
        }
    }

    /// The lines to write now that this one came.
    fn admit(&mut self, line: String, now: Instant) -> Vec<String> {
        let mut lines = self.expire(now);
        if let Some(seen) = self.recent.get_mut(&line) {
            seen.times += 1;
            return lines;
        }
        self.refill(now);
        let Some(left) = self.tokens.checked_sub(1) else {
            self.left_out += 1;
            return lines;
        };
        self.tokens = left;
        lines.extend(self.told_left_out());
        lines.push(line.clone());
        let seen = Repeated {
            since: now,
            times: 0,
        };
        self.recent.insert(line, seen);
        lines
    }

    /// What is left to tell at the end.
    fn rest(&mut self) -> Vec<String> {
        let mut lines: Vec<String> = self.recent.drain().filter_map(told).collect();
        lines.extend(self.told_left_out());
        lines
    }

    fn refill(&mut self, now: Instant) {
        while self.tokens < BURST && now.duration_since(self.refilled) >= REFILL {
            self.tokens += 1;
            self.refilled += REFILL;
        }
        if self.tokens == BURST {
            self.refilled = now;
        }
    }

    fn expire(&mut self, now: Instant) -> Vec<String> {
        let old = |seen: &Repeated| now.duration_since(seen.since) >= QUIET;
        let expired = self.recent.extract_if(|_, seen| old(seen));
        expired.filter_map(told).collect()
    }

    fn told_left_out(&mut self) -> Option<String> {
        match mem::take(&mut self.left_out) {
            0 => None,
            1 => Some("egress: 1 more line was left out".to_owned()),
            more => Some(format!("egress: {more} more lines were left out")),
        }
    }
}

fn told((line, seen): (String, Repeated)) -> Option<String> {
    match seen.times {
        0 => None,
        1 => Some(format!("{line} (once more)")),
        times => Some(format!("{line} ({times} more times)")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_not_repeated_and_is_counted() {
        let start = Instant::now();
        let mut throttle = Throttle::new(start);
        assert_eq!(throttle.admit("a".into(), start), ["a"]);
        for _ in 0..3 {
            assert!(throttle.admit("a".into(), start).is_empty());
        }
        assert_eq!(throttle.admit("b".into(), start), ["b"]);
        let later = throttle.admit("a".into(), start + QUIET);
        assert_eq!(later, ["a (3 more times)", "a"]);
        assert!(throttle.admit("a".into(), start + QUIET).is_empty());
        assert_eq!(throttle.rest(), ["a (once more)"]);
    }

    #[test]
    fn a_flood_of_different_lines_is_cut() {
        let start = Instant::now();
        let mut throttle = Throttle::new(start);
        let mut written = 0;
        for number in 0..10_000_u32 {
            let now = start + Duration::from_millis(u64::from(number) * 2);
            written += throttle.admit(number.to_string(), now).len();
            assert!(throttle.recent.len() < 64);
        }
        // 20 seconds: the burst, five more, and as many times that others were left out.
        assert!((30..=40).contains(&written), "{written}");
        assert_eq!(throttle.rest().len(), 1);
    }

    #[test]
    fn lines_are_lines() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let to = Arc::clone(&lines);
        let journal = Journal::new(Arc::new(move |line| {
            to.lock().unwrap().push(line.to_owned());
        }));
        journal.refused("a\nb", &"x".repeat(1000));
        let line = lines.lock().unwrap()[0].clone();
        assert!(line.starts_with("egress refused: a?b (xxx"), "{line}");
        assert_eq!(line.len(), LONGEST);
    }
}
