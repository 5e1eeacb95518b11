//! Usage as bar charts, and as a table for those who do not see them.
//!
//! A chart is an SVG whose words stand outside of it, so that it can be stretched to any width. The policy
//! for our pages forbids styles in attributes; bars have sizes in attributes of SVG and colours by class.

mod measure;
mod table;

use ds_core::{limits::LimitKey, usage::UsageDelta};

use super::periods;
use crate::ops::{LimitRow, UsageReport};

pub(super) use measure::Span;
pub(super) use table::table;

use measure::Measure;

/// Width of a bar's place, and of the bar in it.
const PLACE: u32 = 100;
const BAR: u32 = 72;
/// The height of the drawing.
const HEIGHT: u32 = 1000;
/// A bar of little is still to be seen.
const LEAST: u32 = 14;

/// One chart.
#[derive(Debug)]
pub(super) struct Chart {
    /// What it is about, in a word that can be an id.
    pub(super) id: &'static str,
    /// Its title.
    pub(super) title: &'static str,
    /// The figure that says most.
    pub(super) figure: String,
    /// What the figure means.
    pub(super) meaning: String,
    /// All of it in a sentence.
    pub(super) sentence: String,
    /// What the top of the drawing stands for; empty if there is nothing to draw.
    pub(super) top: String,
    /// What half of it stands for.
    pub(super) middle: String,
    /// The width of the drawing.
    pub(super) width: u32,
    /// The bars, oldest first.
    pub(super) bars: Vec<Bar>,
    /// The first and the last period.
    pub(super) ends: [String; 2],
}

/// One bar.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bar {
    /// Where its place begins.
    pub(super) place: u32,
    /// Where it begins.
    pub(super) left: u32,
    /// How far its top is from the drawing's.
    pub(super) down: u32,
    /// How high it is.
    pub(super) height: u32,
    /// What it stands for.
    pub(super) title: String,
}

/// Every chart.
pub(super) fn all(usage: &UsageReport, span: Span, limits: &[LimitRow]) -> Vec<Chart> {
    let periods = periods(usage, span);
    let disk = limits.iter().find(|row| row.key == LimitKey::DiskMib);
    let disk = disk.map(|row| row.value);
    let chart = |measure| one(measure, &periods, span, disk);
    Measure::ALL.into_iter().map(chart).collect()
}

fn one(
    measure: Measure,
    periods: &[(String, UsageDelta)],
    span: Span,
    disk_limit: Option<u32>,
) -> Chart {
    let amounts = amounts(measure, periods, span);
    let most = amounts.iter().copied().fold(0.0, f64::max);
    let top = nice(most);
    let bar = |(at, amount): (u32, &f64)| {
        let title = &periods[at as usize].0;
        bar(
            at,
            *amount,
            top,
            format!("{title}: {}", measure.show(*amount)),
        )
    };
    let known = measure != Measure::Disk || most > 0.0;
    let (figure, meaning) = if known {
        measure.figure(&amounts, span, disk_limit)
    } else {
        ("–".to_owned(), "not measured yet".to_owned())
    };
    let label = |amount: f64| {
        // There is no half request.
        let odd = measure == Measure::Requests && amount.fract() != 0.0;
        let nothing = most == 0.0 || odd;
        if nothing {
            String::new()
        } else {
            measure.show(amount)
        }
    };
    let end = |period: Option<&(String, UsageDelta)>| period.map(|(title, _)| title.clone());
    Chart {
        id: measure.id(),
        title: measure.title(),
        sentence: sentence(measure, &amounts, periods, most, [&figure, &meaning]),
        figure,
        meaning,
        top: label(top),
        middle: label(top / 2.0),
        width: PLACE * u32::try_from(periods.len()).unwrap_or(1),
        bars: (0..).zip(&amounts).map(bar).collect(),
        ends: [periods.first(), periods.last()].map(|one| end(one).unwrap_or_default()),
    }
}

/// The amounts; where nothing was measured, it is as it was before.
fn amounts(measure: Measure, periods: &[(String, UsageDelta)], span: Span) -> Vec<f64> {
    let mut last = 0.0;
    let amounts = periods.iter().map(|(_, used)| {
        last = measure.of(used, span).unwrap_or(last);
        last
    });
    amounts.collect()
}

fn bar(at: u32, amount: f64, top: f64, title: String) -> Bar {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it lies between 0 and the height"
    )]
    let height = match top {
        0.0 => 0,
        top => (amount / top * f64::from(HEIGHT)).round() as u32,
    };
    let height = match amount {
        0.0 => 0,
        _ => height.clamp(LEAST, HEIGHT),
    };
    Bar {
        place: at * PLACE,
        left: at * PLACE + (PLACE - BAR) / 2,
        down: HEIGHT - height,
        height,
        title,
    }
}

/// A round number, at least as much as this.
fn nice(most: f64) -> f64 {
    if most <= 0.0 {
        return 0.0;
    }
    let power = 10_f64.powf(most.log10().floor());
    let steps = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let mut tops = steps.iter().map(|step| step * power);
    tops.find(|top| *top >= most).unwrap_or(most)
}

fn sentence(
    measure: Measure,
    amounts: &[f64],
    periods: &[(String, UsageDelta)],
    most: f64,
    [figure, meaning]: [&String; 2],
) -> String {
    let title = measure.title();
    if most == 0.0 {
        return format!("{title}: nothing so far");
    }
    let peak = amounts.iter().position(|amount| *amount >= most);
    let peak = peak.and_then(|at| periods.get(at));
    let when = peak.map(|(title, _)| title.as_str()).unwrap_or_default();
    format!(
        "{title}: {figure} {meaning}. The most was {} ({when}).",
        measure.show(most)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        let check = |most: f64, expect: f64| {
            assert!(
                (nice(most) - expect).abs() < expect * 1e-9 + 1e-12,
                "{most}"
            );
        };
        check(0.0, 0.0);
        check(0.7, 0.8);
        check(1.0, 1.0);
        check(1.1, 1.5);
        check(34.0, 40.0);
        check(81.0, 100.0);
        check(0.0035, 0.004);
    }

    #[test]
    fn bars_stay_in_the_drawing() {
        let check = |amount: f64, top: f64, down: u32, height: u32| {
            let made = bar(2, amount, top, String::new());
            assert_eq!((made.down, made.height), (down, height), "{amount}");
            assert_eq!((made.place, made.left), (200, 214));
        };
        check(0.0, 0.0, 1000, 0);
        check(0.0, 10.0, 1000, 0);
        check(10.0, 10.0, 0, 1000);
        check(2.5, 10.0, 750, 250);
        check(0.000_01, 10.0, 986, 14);
    }

    #[test]
    fn sizes_last_until_they_are_measured_again() {
        let used = |disk_bytes| {
            let usage = UsageDelta {
                disk_bytes,
                ..UsageDelta::default()
            };
            ("x".to_owned(), usage)
        };
        let periods = [
            used(None),
            used(Some(1 << 20)),
            used(None),
            used(Some(3 << 20)),
        ];
        let found = amounts(Measure::Disk, &periods, Span::Hours);
        assert_eq!(found, [0.0, 1.0, 1.0, 3.0]);
        let chart = one(Measure::Disk, &periods, Span::Hours, Some(100));
        assert_eq!(
            (chart.figure.as_str(), chart.meaning.as_str()),
            ("3.0 MiB", "of 100 MiB")
        );
        assert_eq!(
            (chart.top.as_str(), chart.middle.as_str()),
            ("3.0 MiB", "1.5 MiB")
        );
        assert!(
            chart.sentence.contains("The most was 3.0 MiB (x)"),
            "{}",
            chart.sentence
        );
        let none = one(Measure::Disk, &periods[..1], Span::Hours, Some(100));
        assert_eq!(
            (none.meaning.as_str(), none.top.as_str()),
            ("not measured yet", "")
        );
    }
}
